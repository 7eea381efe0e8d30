"""Probabilities of the outcomes of a released mail, and of faults in posting its events."""

from functools import cached_property

from pydantic import BaseModel, ConfigDict, Field

from sandbox.database import Database

SAVE = """
    insert into settings (name, value) values ('probabilities', ?)
    on conflict (name) do update set value = excluded.value
"""
Probability = Field(default=0.0, ge=0, le=1)


class Probabilities(BaseModel):
    """With all at 0, every mail is delivered at once, nobody reacts, and events are posted once.

    Attributes:
        bounce: the mailbox does not exist; the address goes to the list of bounces.
        blocked: the server refuses this mail; the address goes to the list of blocks.
        invalid: the address cannot exist: dropped, and to the list of invalid addresses.
        deferred: the first attempt fails, the second delivers five minutes later.
        async_bounce: delivered, but bounced half an hour later, without ``sg_message_id``.
        open: the reader opens the mail.
        machine_open: the reader's mail program opens it automatically.
        click: the reader opens it and follows a link.
        unsubscribe: the reader unsubscribes from everything.
        group_unsubscribe: the reader unsubscribes from the mail's group, or everything without one.
        spamreport: the reader reports it as spam.
        duplicate: an event is posted again, with the same ``sg_event_id``.
        reorder: an array is shuffled.
        seed: makes the outcomes of messages reproducible.
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
        """Whether all probabilities are 0."""
        return not any(self.model_dump(exclude={"seed"}).values())


def load(database: Database) -> Probabilities:
    """Return the current probabilities."""
    saved = database.value("select value from settings where name = 'probabilities'")
    return Probabilities.model_validate_json(saved or "{}")


def save(database: Database, probabilities: Probabilities) -> None:
    """Save probabilities, for mail that is released from now on."""
    with database.transaction() as connection:
        connection.execute(SAVE, (probabilities.model_dump_json(),))
