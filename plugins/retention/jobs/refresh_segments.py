"""One night from the inside: what the tasks of `refresh_segments` do between the dbt builds."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from retention.database import connect
from retention.fits import run as fits
from retention.ledger.decisions import count_decisions, record_decisions
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
from retention.ledger.recipes import read_recipes
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

# A night that begins later than this was paused or delayed: nobody is waiting for its mails at
# noon, and un-pausing, which runs the latest missed tick at once, must not send.
LATEST_START = timedelta(hours=1)
LONGEST_NIGHT = timedelta(hours=3)  # Airflow lets no run take longer


class NightNotComeError(ValueError):
    """A run asks for a night of the future, which has no data."""


class ForeignMartsError(RuntimeError):
    """The marts that decisions rest on are another night's by now."""


def begin(night: Night, now: datetime) -> bool:
    """Note that a run of a night has begun, and take the warehouse for it.

    Args:
        night: the run; `opened_at` counts only the first time.
        now: the present moment, aware.

    Returns:
        Whether it has the warehouse; False while another run computes its night.

    Raises:
        NightNotComeError: the night's date lies after the shop's present one.
    """
    today = read_shop().local_date(night.opened_at)
    if night.night > today:
        message = f"night {night.night} has not come: the shop's date is {today}"
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
    """Give the warehouse back, whatever became of the run."""
    with connect() as connection:
        free_warehouse(connection, run_id)


def fit(run_id: str, now: datetime) -> list[dict]:
    """Fit the models of the shop's `fitted_models` on the purchases of the run's night.

    Args:
        run_id: a run that was begun.
        now: the present moment, aware.

    Returns:
        A verdict a model, ready for JSON; they are in the ledger too.
    """
    with connect() as connection:
        night = find_holder(connection, run_id).night
        verdicts = fits.fit_models(connection, read_shop().fitted_models, night, now)
    return [verdict.model_dump() for verdict in verdicts]


def raise_if_refused(verdicts: Sequence[dict]) -> None:
    """Raise, with the reason, when a model has no new numbers tonight."""
    fits.raise_if_refused(map(fits.FitVerdict.model_validate, verdicts))


def check(run_id: str, now: datetime) -> list[dict]:
    """Check the marts of the run's night against their suites.

    Args:
        run_id: a run that was begun.
        now: the present moment, aware.

    Returns:
        The verdicts, ready for JSON; they are in the ledger and in the Data Docs too.
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
    """Raise, naming mart, expectation and figures, when a critical expectation did not hold."""
    expectations.raise_if_broken(map(expectations.MartVerdict.model_validate, verdicts))


def enqueue(run_id: str, now: datetime) -> dict[str, int]:
    """Record the decisions of the run's night, and plan its messages unless it must not send.

    Args:
        run_id: a run that was begun.
        now: the present moment, aware.

    Returns:
        Decisions by outcome, and `planned`: the messages that are new.

    Raises:
        ForeignMartsError: another night was computed since this one's marts were.
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
    """Raise unless every mart that passed its check on a night is still of that night.

    Who clears only the decisions of a night after another one was computed would decide by that
    one's signals.

    Raises:
        ForeignMartsError: names them.
    """
    recipes = read_recipes(connection)
    foreign = [
        f"{mart} ({recipes[mart].night})"
        for mart in find_passed_marts(connection, night)
        if mart in recipes and recipes[mart].night != night
    ]
    if foreign:
        message = (
            f"night {night} cannot be decided, since another night was computed after its marts: "
            f"{', '.join(foreign)}; clear the run from its first task, open_night, with downstream"
        )
        raise ForeignMartsError(message)


def reward_referrals(run_id: str, now: datetime) -> int:
    """Issue the gift cards that referrals have earned, unless the run's night must not send.

    Args:
        run_id: a run that was begun, and whose signals are built.
        now: the present moment, aware.

    Returns:
        How many cards got their code; a later night mails them.

    Raises:
        PoolEmptyError: codes of the merchant's are lacking; says how many.
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
    """Return why this run may not plan messages, as a sentence for people; None when it may."""
    if night.is_dry_run:
        return "it is a dry run"
    if night.is_backfill:
        return "a backfill computed it, for the record"
    late = night.opened_at - night.scheduled_for if night.scheduled_for else timedelta()
    if late > LATEST_START:
        return (
            f"it began {late} after its time, as the first run after a pause does;"
            " trigger the date by hand if its mails are still wanted"
        )
    newest = night.newest_enqueued_night
    if newest is not None and newest > night.night:
        return f"the later night {newest} has already planned its messages"
    # Since when this attempt works: a night that failed days ago and is cleared is an old one.
    age = (shop.local_date(night.held_at or night.opened_at) - night.night).days
    if age > shop.night_sends_within_days:
        return f"it is a night of {age} day(s) ago, computed again for the record"
    return None
