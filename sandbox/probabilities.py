"""How likely what happens to a released mail, and what goes wrong with posting its events."""

from functools import cached_property

from pydantic import BaseModel, ConfigDict, Field

from sandbox.database import Database

SAVE = """
    insert into settings (name, value) values ('probabilities', ?)
    on conflict (name) do update set value = excluded.value
"""
Probability = Field(default=0.0, ge=0, le=1)


class Probabilities(BaseModel):
    """Without any, every mail is delivered at once, nobody reacts, and every event comes once.

    Attributes:
        bounce: the mailbox does not exist; the address goes to the list of bounces.
        blocked: the server refuses this mail; the address goes to the list of blocks.
        invalid: the address cannot exist: dropped, and to the list of invalid addresses.
        deferred: the first attempt fails, the second delivers five minutes later.
        async_bounce: delivered, but half an hour later a bounce without ``sg_message_id`` comes.
        open: the reader opens the mail.
        machine_open: the reader's mail program opens it for them.
        click: the reader opens it and follows a link.
        unsubscribe: the reader leaves everything.
        group_unsubscribe: the reader leaves the mail's group, or everything when it has none.
        spamreport: the reader calls it spam.
        duplicate: an event is posted once more, under the same ``sg_event_id``.
        reorder: an array is shuffled.
        seed: makes the same happen to the same messages again.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    bounce: float = Probability
    blocked: float = Probability
    invalid: float = Probability
    deferred: float = Probability
    async_bounce: float = Probability
    open: float = Probability
    machine_open: float = Probability
    click: float = Probability
    unsubscribe: float = Probability
    group_unsubscribe: float = Probability
    spamreport: float = Probability
    duplicate: float = Probability
    reorder: float = Probability
    seed: int = 0

    @cached_property
    def are_quiet(self) -> bool:
        """Tell whether nothing happens by chance."""
        return not any(self.model_dump(exclude={"seed"}).values())


def load(database: Database) -> Probabilities:
    """Return the probabilities in force."""
    saved = database.value("select value from settings where name = 'probabilities'")
    return Probabilities.model_validate_json(saved or "{}")


def save(database: Database, probabilities: Probabilities) -> None:
    """Put probabilities in force for mail that is released from now on."""
    with database.transaction() as connection:
        connection.execute(SAVE, (probabilities.model_dump_json(),))
