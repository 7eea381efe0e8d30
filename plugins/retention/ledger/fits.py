"""Remembers what models fitted in Python have found, and how each night's fit went."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from retention.ledger.statements import execute

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    import psycopg


@dataclass(frozen=True)
class KeptFit:
    """A fit whose numbers are used: what was fitted, and how it went, as JSON holds it."""

    signal: str
    night: date
    parameters: dict[str, Any]
    figures: dict[str, Any]
    fitted_at: datetime


def record_kept_fit(connection: psycopg.Connection, fit: KeptFit) -> None:
    """Record a fit that is kept; a repeated fit of the night replaces the earlier one."""
    execute(
        connection,
        "record_fit",
        signal=fit.signal,
        night=fit.night,
        is_kept=True,
        parameters=Jsonb(fit.parameters),
        figures=Jsonb(fit.figures),
        message=None,
        fitted_at=fit.fitted_at,
    )


def record_refused_fit(
    connection: psycopg.Connection, signal: str, night: date, message: str, fitted_at: datetime
) -> None:
    """Record that a model could not be fitted, and why; what it found before stays."""
    execute(
        connection,
        "record_fit",
        signal=signal,
        night=night,
        is_kept=False,
        parameters=None,
        figures=None,
        message=message,
        fitted_at=fitted_at,
    )


def find_kept_fit(connection: psycopg.Connection, signal: str, night: date) -> KeptFit | None:
    """Return the last kept fit of a model at `night` or before; None when there is none."""
    rows = class_row(KeptFit)
    return execute(connection, "find_kept_fit", rows=rows, signal=signal, night=night).fetchone()


def replace_ease_affinities(
    connection: psycopg.Connection,
    night: date,
    product_types: Sequence[str],
    other_types: Sequence[str],
    scores: Sequence[float],
) -> None:
    """Put the affinities of a fit in the place of all that stood there before.

    Args:
        connection: an open connection, inside a transaction.
        night: local date of the night that was fitted.
        product_types: what lies in the basket, one entry a pair.
        other_types: what goes with it.
        scores: the weight of the pair.
    """
    execute(connection, "remove_ease_affinities")
    execute(
        connection,
        "add_ease_affinities",
        night=night,
        product_types=list(product_types),
        other_types=list(other_types),
        scores=list(scores),
    )


def replace_bgnbd_values(
    connection: psycopg.Connection,
    night: date,
    customer_ids: Sequence[str],
    expected_orders: Sequence[float],
    expected_order_amounts: Sequence[float],
) -> None:
    """Put the customers' values of a fit in the place of all that stood there before.

    Args:
        connection: an open connection, inside a transaction.
        night: local date of the night that was fitted.
        customer_ids: one entry a customer.
        expected_orders: days with an order within 365 days.
        expected_order_amounts: what such a day brings, in the shop's currency.
    """
    execute(connection, "remove_bgnbd_values")
    execute(
        connection,
        "add_bgnbd_values",
        night=night,
        customer_ids=list(customer_ids),
        expected_orders=list(expected_orders),
        expected_order_amounts=list(expected_order_amounts),
    )
