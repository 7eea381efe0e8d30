"""Finds stored messages: one, a page of them, or the copies of a duplicate."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import orjson

from sandbox.database import Database

SELECT = """
    select
        messages.*,
        requests.x_message_id,
        requests.template_id,
        requests.content_id,
        requests.group_id,
        requests.batch_id
    from messages
    inner join requests on requests.request_id = messages.request_id
"""

# Messages that reached a person, or will: all that were not discarded before an attempt.
REACHES = "messages.state not in ('cancelled', 'expired', 'dropped')"

# The same message in two personalizations, of one request or of two. Copies for cc and bcc are not
# duplicates. Only repeated ids matter, and there are few of them: the cross join keeps SQLite from
# starting with all messages instead.
DUPLICATED = f"""
    select repeated_ids.paluu_message_id
    from repeated_ids
    cross join messages on messages.paluu_message_id = repeated_ids.paluu_message_id
    where {REACHES}
    group by repeated_ids.paluu_message_id
    having count(distinct messages.request_id || '.' || messages.personalization) > 1
"""  # noqa: S608 - a constant
FILL_SUBJECT = """
    update messages
    set subject = ?, search_text = search_text || ' ' || ?
    where message_id = ? and subject is null
"""

SUBJECTS_AT_ONCE = 2000
"""Subjects per transaction, so that acceptance never waits long."""


@dataclass(frozen=True)
class StoredMessage:
    """One message to one recipient, with its request and template version.

    Attributes:
        mail: the whole request.
        personalization: the part of the request for this message.
        content: the template version that was active on acceptance, or None without a template.
    """

    row: dict[str, Any]
    mail: dict[str, Any]
    personalization: dict[str, Any]
    content: dict[str, Any] | None

    @property
    def message_id(self) -> int:
        """The sandbox's number of the message."""
        return self.row["message_id"]

    @property
    def x_message_id(self) -> str:
        """The id of the whole request in SendGrid's answer."""
        return self.row["x_message_id"]

    @property
    def template_id(self) -> str | None:
        """The request's template."""
        return self.row["template_id"]

    @property
    def sender(self) -> dict[str, str]:
        """Address and name of the sender; the name may be empty."""
        return {"name": "", **(self.personalization.get("from") or self.mail["from"])}

    @property
    def custom_args(self) -> dict[str, str]:
        """The custom arguments of message and personalization, merged."""
        return orjson.loads(self.row["custom_args"])


@dataclass(frozen=True)
class Filter:
    """The filter of a page of the inbox.

    Attributes:
        q: words that must all occur in addresses, names, subject, category, template data or ids,
            regardless of case.
        campaign: the first category.
        state: one of the states in ``schema.sql``.
        duplicates: only messages that reach somebody more than once.
    """

    q: str = ""
    campaign: str = ""
    state: str = ""
    duplicates: bool = False

    def conditions(self) -> tuple[str, list[Any]]:
        """Return a where clause and its parameters."""
        clauses, values = ["1 = 1"], []
        for word in self.q.casefold().split():
            clauses.append("instr(messages.search_text, ?) > 0")
            values.append(word)
        if self.campaign:
            clauses.append("messages.category = ?")
            values.append(self.campaign)
        if self.state:
            clauses.append("messages.state = ?")
            values.append(self.state)
        if self.duplicates:
            clauses.append(f"messages.paluu_message_id in ({DUPLICATED})")
        return " and ".join(clauses), values


def count(database: Database, wanted: Filter) -> int:
    """Return the number of messages that match a filter."""
    where, values = wanted.conditions()
    return database.value(f"select count(*) from messages where {where}", values)  # noqa: S608 - placeholders


def page(database: Database, wanted: Filter, limit: int, offset: int) -> list[StoredMessage]:
    """Return messages, newest first."""
    where, values = wanted.conditions()
    sql = f"{SELECT} where {where} order by messages.message_id desc limit ? offset ?"
    return loaded(database, database.rows(sql, [*values, limit, offset]))


def one(database: Database, message_id: int) -> StoredMessage | None:
    """Return one message, or None."""
    return next(
        iter(
            loaded(
                database, database.rows(f"{SELECT} where messages.message_id = ?", (message_id,))
            )
        ),
        None,
    )


def copies(database: Database, message: StoredMessage) -> list[dict[str, Any]]:
    """Return the rows of all acceptances of this message's ``paluu_message_id``, oldest first.

    Empty unless duplicated.
    """
    sql = f"{SELECT} where paluu_message_id = ? and recipient_field = 'to' order by message_id"
    rows = [dict(row) for row in database.rows(sql, (message.row["paluu_message_id"],))]
    personalizations = {(row["request_id"], row["personalization"]) for row in rows}
    return rows if len(personalizations) > 1 else []


def fill_subjects(database: Database, render_subject: Callable[[StoredMessage], str]) -> None:
    """Render all missing subjects, so that a search can find them.

    The first search after many mails takes about as long as their acceptance.
    """
    while pending := _without_subject(database):
        subjects = [(message, render_subject(message)) for message in pending]
        with database.transaction() as connection:
            connection.executemany(
                FILL_SUBJECT,
                [(subject, subject.casefold(), found.message_id) for found, subject in subjects],
            )


def _without_subject(database: Database) -> list[StoredMessage]:
    sql = f"{SELECT} where messages.subject is null order by message_id desc limit ?"
    return loaded(database, database.rows(sql, (SUBJECTS_AT_ONCE,)))


def loaded(database: Database, rows: Iterable[Any]) -> list[StoredMessage]:
    """Add request and template version to each row of ``SELECT``, reading each of them once."""
    mails: dict[int, Any] = {}
    contents: dict[str | None, Any] = {None: None}
    messages = []
    for row in rows:
        request_id, content_id = row["request_id"], row["content_id"]
        if request_id not in mails:
            mails[request_id] = orjson.loads(
                database.value("select body from requests where request_id = ?", (request_id,))
            )
        if content_id not in contents:
            contents[content_id] = dict(
                database.row("select * from contents where content_id = ?", (content_id,))
            )
        mail = mails[request_id]
        messages.append(
            StoredMessage(
                dict(row),
                mail,
                mail["personalizations"][row["personalization"]],
                contents[content_id],
            )
        )
    return messages
