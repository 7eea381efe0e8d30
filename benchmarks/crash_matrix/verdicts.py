"""The verdict on a run: arrivals from the sandbox's audit, states from the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import psycopg

    from benchmarks.crash_matrix.audience import Exclusions
    from benchmarks.crash_matrix.case import Verdict
    from benchmarks.crash_matrix.servers import Servers

FINAL_STATES = {"accepted", "rejected", "expired", "cancelled", "unconfirmed"}
MESSAGES = """
    select
        messages.message_id,
        messages.email,
        messages.kind,
        messages.state,
        format(
            '%s, %s: %s',
            messages.state,
            case
                when requests.first_release_at is null then 'sent at once'
                when requests.cancelling_at is null then 'scheduled, cancel not begun'
                else 'scheduled, cancel not confirmed'
            end,
            messages.state_reason
        )
    from ledger.messages
    left join ledger.requests using (request_id)
"""


def is_settled(connection: psycopg.Connection) -> bool:
    """Return whether every message has a final state, so that nothing will change any more."""
    query = "select not exists (select from ledger.messages where state <> all(%s))"
    return connection.execute(query, [sorted(FINAL_STATES)]).fetchone()[0]


def fill_verdict(
    servers: Servers, verdict: Verdict, connection: psycopg.Connection, exclusions: Exclusions
) -> None:
    """Fill in the verdict on a run of our delivery.

    Args:
        servers: with the sandbox whose audit counts.
        verdict: the verdict to fill in.
        connection: to the run's ledger.
        exclusions: addresses and messages for which nothing need arrive, or nothing may.
    """
    messages = {str(row[0]): row[1:] for row in connection.execute(MESSAGES)}
    withdrawn = set(exclusions.withdrawn.values())
    expected = [
        key
        for key, (email, kind, *_) in messages.items()
        if email not in withdrawn and not (kind == "marketing" and email in exclusions.suppressed)
    ]
    found = servers.audit(expected)
    verdict.expected = len(expected)
    verdict.duplicates = _of(found["duplicates"], messages)
    verdict.suppressed_but_sent = _of(found["suppressed_but_sent"], messages)
    verdict.withdrawn = sorted(exclusions.withdrawn)
    kept_back = servers.audit(verdict.withdrawn)["missing"]
    verdict.withdrawn_but_sent = sorted(exclusions.withdrawn.keys() - set(kept_back))
    verdict.nameless = {
        key: state for key, (_, _, state, _) in messages.items() if state not in FINAL_STATES
    }
    verdict.never_mailed = {key: messages[key][-1] for key in found["missing"]}


def fill_naive_verdict(servers: Servers, verdict: Verdict, connection: psycopg.Connection) -> None:
    """Fill in the verdict on a run of the naive sender: only duplicates and missing messages."""
    messages = {str(row[0]) for row in connection.execute("select message_id from outbox")}
    found = servers.audit(sorted(messages))
    verdict.expected = len(messages)
    verdict.duplicates = _of(found["duplicates"], messages)
    verdict.never_mailed = dict.fromkeys(found["missing"], "missing")


def _of(entries: list[dict[str, Any]], messages: Any) -> list[str]:
    """Return the ids of the run's messages among the audit's entries, which cover all runs."""
    ids = (entry["paluu_message_id"] for entry in entries)
    return [message_id for message_id in ids if message_id in messages]
