"""Stores the results of models fitted in Python, and how each night's fit went."""

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
    """A fit whose numbers are used: its parameters and figures, as they are stored in JSON."""

    signal: str
    night: date
    parameters: dict[str, Any]
    figures: dict[str, Any]
    fitted_at: datetime


def record_kept_fit(connection: psycopg.Connection, fit: KeptFit) -> None:
    """Record a kept fit; a repeated fit for the night replaces the earlier one."""
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
    """Record that a model could not be fitted, and why; its previous results stay."""
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
    """Replace all affinities by those of a new fit.

    Args:
        connection: an open connection, inside a transaction.
        night: the night of the fit.
        product_types: the type in the basket, one entry per pair.
        other_types: the type that goes with it, in the same order.
        scores: the weight of each pair, in the same order.
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
    """Replace all customers' values by those of a new fit.

    Args:
        connection: an open connection, inside a transaction.
        night: the night of the fit.
        customer_ids: one entry per customer.
        expected_orders: expected days with an order in the next 365 days, in the same order.
        expected_order_amounts: the expected amount of such a day in the shop's currency, in the
            same order.
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
