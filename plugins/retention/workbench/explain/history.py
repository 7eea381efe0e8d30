"""What was decided and sent: the ledger's part of the page, kept short."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import psycopg

from retention.ledger.customers import (
    find_customer_decisions,
    find_customer_messages,
    find_message_events,
)
from retention.workbench.explain.signals import NothingToExplainError, Section

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from retention.ledger.customers import CustomerDecision, CustomerMessage, MessageEvent
    from retention.workbench.explain.readers import Reader

SHOWN_NIGHTS = 3
SHOWN_MESSAGES = 5
UNTOLD_EVENTS = {"processed"}  # says no more than that SendGrid has the message


class History:
    """Tells what the ledger knows of one customer; its reasons are in English, as recorded."""

    def __init__(
        self,
        connection: psycopg.Connection,
        customer_id: str,
        reader: Reader,
        texts: Mapping[str, Any],
    ) -> None:
        """Read for `reader`, in the words of `texts`."""
        self._connection = connection
        self._customer_id = customer_id
        self._reader = reader
        self._texts = texts

    def tell_decisions(self, night: date | None, nights: int) -> Section | None:
        """Return what was decided night by night, the latest first; None when nothing ever was.

        Args:
            night: the night of which the page tells; it is named also when it decided nothing.
            nights: the most nights that are shown, of those that decided anything.

        Raises:
            NothingToExplainError: the ledger has no tables.
        """
        try:
            decisions = find_customer_decisions(self._connection, self._customer_id, nights)
        except psycopg.errors.UndefinedTable as error:
            message = "there is no ledger here: run `retention migrate`"
            raise NothingToExplainError(message) from error
        if not decisions:
            return None
        told = [self._decision(each) for each in decisions]
        if night and decisions[0].night < night:
            told.insert(0, self._texts["no_decisions_on"].format(day=self._day(night)))
        count = decisions[0].night_count
        left_out = count - len({each.night for each in decisions})
        note = self._texts["earlier_nights"].format(count=left_out, all=count) if left_out else ""
        return Section(self._texts["decisions"], tuple(told), note=note)

    def tell_messages(self) -> Section | None:
        """Return the latest messages with what SendGrid reported, the newest first, or None."""
        messages = find_customer_messages(self._connection, self._customer_id, SHOWN_MESSAGES)
        if not messages:
            return None
        reported = defaultdict(list)
        for event in find_message_events(self._connection, [each.message_id for each in messages]):
            reported[event.message_id].append(event)
        told = (self._message(each, reported[each.message_id]) for each in messages)
        return Section(self._texts["messages"], tuple(told))

    def _decision(self, decision: CustomerDecision) -> str:
        return str(self._texts["decision"]).format(
            day=self._day(decision.night),
            campaign=decision.campaign,
            outcome=self._texts["outcomes"][decision.outcome],
            reason=decision.reason,
            outcome_reason=decision.outcome_reason,
        )

    def _message(self, message: CustomerMessage, events: Sequence[MessageEvent]) -> str:
        told = str(self._texts["message"]).format(
            campaign=message.campaign,
            state=self._texts["states"][message.state],
            day=self._moment(message.state_at),
        )
        if message.state_reason:
            told += " " + str(self._texts["state_reason"]).format(reason=message.state_reason)
        happened = "; ".join(
            self._event(event) for event in events if event.event not in UNTOLD_EVENTS
        )
        return f"{told} {happened[:1].upper()}{happened[1:]}." if happened else told

    def _event(self, event: MessageEvent) -> str:
        pattern = str(self._texts["event" if event.event_count == 1 else "repeated_event"])
        return pattern.format(
            # A kind of event that is new to us is shown with SendGrid's name.
            what=self._texts["events"].get(event.event, event.event),
            day=self._moment(event.first_at),
            count=event.event_count,
        )

    def _moment(self, moment: datetime) -> str:
        return self._day(self._reader.shop.local_date(moment))

    def _day(self, day: date) -> str:
        return self._reader.language.day(day)
