"""The tasks of `refresh_segments` between the dbt builds of a night."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from retention.database import connect
from retention.fits import run as fits
from retention.ledger.decisions import count_decisions, record_decisions
from retention.ledger.fingerprints import read_fingerprints
from retention.ledger.mart_checks import find_passed_marts
from retention.ledger.messages import enqueue_messages
from retention.ledger.nights import (
    Night,
    close_night,
    find_holder,
    free_warehouse,
    hold_warehouse,
    open_night,
)
from retention.project.manifest import model_schemas
from retention.project.shop import read_shop
from retention.quality import expectations
from retention.quality.data_docs import data_docs_directory
from retention.rewards import referrals

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    import psycopg

    from retention.project.shop import Shop

logger = logging.getLogger(__name__)

# A night that begins later than this was paused or delayed. Its mails would leave at noon, when
# nobody expects them; and unpausing, which runs the latest missed tick at once, must not send.
LATEST_START = timedelta(hours=1)
LONGEST_NIGHT = timedelta(hours=3)  # Airflow's timeout for a run


class NightNotComeError(ValueError):
    """The requested night is in the future and has no data."""


class ForeignMartsError(RuntimeError):
    """The marts that the decisions read now hold another night."""


def begin(night: Night, now: datetime) -> bool:
    """Record that a run of a night has begun, and lock the warehouse for it.

    Args:
        night: the run; `opened_at` is recorded only the first time.
        now: the current time.

    Returns:
        Whether the run holds the warehouse; False while another run computes its night.

    Raises:
        NightNotComeError: the night is later than the shop's current date.
    """
    today = read_shop().local_date(night.opened_at)
    if night.night > today:
        message = f"night {night.night} is in the future: the shop's date is {today}"
        raise NightNotComeError(message)
    with connect() as connection:
        open_night(connection, night)
        holder = hold_warehouse(
            connection, night.run_id, now=now, believed_since=now - LONGEST_NIGHT
        )
    if holder != night.run_id:
        logger.info("night %s waits: run %s is computing its night", night.night, holder)
        return False
    logger.info("night %s begun by run %s", night.night, night.run_id)
    return True


def end(run_id: str) -> None:
    """Release the warehouse, whether the run succeeded or failed."""
    with connect() as connection:
        free_warehouse(connection, run_id)


def fit(run_id: str, now: datetime) -> list[dict]:
    """Fit the models of the shop's `fitted_models` on the purchases of the run's night.

    Returns:
        One verdict per model, ready for JSON; the ledger has them too.
    """
    with connect() as connection:
        night = find_holder(connection, run_id).night
        verdicts = fits.fit_models(connection, read_shop().nights.fitted_models, night, now)
    return [verdict.model_dump() for verdict in verdicts]


def raise_if_refused(verdicts: Sequence[dict]) -> None:
    """Raise if a model has no new results tonight; the message has the reasons."""
    fits.raise_if_refused(map(fits.FitVerdict.model_validate, verdicts))


def check(run_id: str, now: datetime) -> list[dict]:
    """Check the marts of the run's night against their suites.

    Returns:
        The verdicts, ready for JSON; the ledger and the Data Docs have them too.
    """
    with connect() as connection:
        night = find_holder(connection, run_id).night
        verdicts = expectations.check_marts(
            connection,
            night=night,
            schemas=model_schemas(),
            docs=data_docs_directory() / night.isoformat(),
            now=now,
        )
    return [verdict.model_dump(mode="json") for verdict in verdicts]


def raise_if_broken(verdicts: Sequence[dict]) -> None:
    """Raise if a critical expectation failed; the message has mart, expectation and figures."""
    expectations.raise_if_broken(map(expectations.MartVerdict.model_validate, verdicts))


def enqueue(run_id: str, now: datetime) -> dict[str, int]:
    """Record the decisions of the run's night, and plan its messages if it may send.

    Returns:
        The number of decisions by outcome, and of new messages as `planned`.

    Raises:
        ForeignMartsError: another night was computed after this night's marts.
    """
    with connect() as connection:
        night = find_holder(connection, run_id)
        require_own_marts(connection, night.night)
        record_decisions(connection, night.night)
        withheld_reason = reason_to_withhold(night, read_shop())
        planned = 0
        if withheld_reason is None:
            planned = enqueue_messages(connection, night.night, now).inserted
        else:
            logger.warning("night %s sends nothing: %s", night.night, withheld_reason)
        close_night(connection, run_id, withheld_reason, now)
        return count_decisions(connection, night.night) | {"planned": planned}


def require_own_marts(connection: psycopg.Connection, night: date) -> None:
    """Check that every mart that passed its check on a night still holds that night.

    Otherwise clearing only the decisions of a night, after another night was computed, would use
    the other night's signals.

    Raises:
        ForeignMartsError: some marts hold another night; the message has their names.
    """
    made = read_fingerprints(connection)
    foreign = [
        f"{mart} ({made[mart].night})"
        for mart in find_passed_marts(connection, night)
        if mart in made and made[mart].night != night
    ]
    if foreign:
        message = (
            f"night {night} cannot be decided, because another night was computed after its marts: "
            f"{', '.join(foreign)}; clear the run from its first task, open_night, with downstream"
        )
        raise ForeignMartsError(message)


def reward_referrals(run_id: str, now: datetime) -> int:
    """Issue the gift cards that referrals have earned, if the run's night may send.

    The night's signals must be built.

    Returns:
        The number of cards that got their code; a later night mails them.

    Raises:
        PoolEmptyError: the merchant's pool lacks codes; the message says how many.
    """
    shop = read_shop()
    with connect() as connection:
        night = find_holder(connection, run_id)
        withheld_reason = reason_to_withhold(night, shop)
        if withheld_reason is None:
            return referrals.reward_referrals(connection, night.night, shop, now)
    logger.warning("no referral is rewarded: %s", withheld_reason)
    return 0


def reason_to_withhold(night: Night, shop: Shop) -> str | None:
    """Return why this run may not plan messages, as text for people; None if it may."""
    if night.is_dry_run:
        return "it is a dry run"
    if night.is_backfill:
        return "it is a backfill, computed for the record"
    late = night.opened_at - night.scheduled_for if night.scheduled_for else timedelta()
    if late > LATEST_START:
        return (
            f"it began {late} late, like the first run after a pause;"
            " trigger the date by hand if its mails are still wanted"
        )
    newest = night.newest_enqueued_night
    if newest is not None and newest > night.night:
        return f"the later night {newest} has already planned its messages"
    # Counted from this attempt: a night that failed days ago and is cleared now is an old one.
    age = (shop.local_date(night.held_at or night.opened_at) - night.night).days
    if age > shop.nights.night_sends_within_days:
        return f"the night is {age} day(s) old and was computed again for the record"
    return None
