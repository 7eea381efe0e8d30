"""Reads the rows of one customer from the marts, and tells them in sentences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import psycopg
from psycopg import sql
from psycopg.rows import dict_row, scalar_row

from retention.database import compose_statement
from retention.workbench.explain.explanations import UNDER, ExplainedMart, ExplanationError
from retention.workbench.explain.sentences import tell

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from typing import LiteralString

    from retention.project.shop import Shop
    from retention.workbench.explain.readers import Reader

PACKAGE = "retention.workbench.explain"


class NothingToExplainError(LookupError):
    """There is no such customer, or nothing was built to tell of; says what to do."""


@dataclass(frozen=True)
class Section:
    """What one mart tells of the customer.

    Attributes:
        title: the heading.
        told: a few sentences for each row.
        left_out: how many more rows there are to tell of.
        note: what stands below, in small print.
    """

    title: str
    told: tuple[str, ...]
    left_out: int = 0
    note: str = ""


def find_night(
    connection: psycopg.Connection, lifecycle: sql.Identifier, shop: Shop
) -> date | None:
    """Return the local date of the night that the marts stand for; None when nobody ever ordered.

    Raises:
        NothingToExplainError: the marts were never built.
    """
    cursor = connection.cursor(row_factory=scalar_row)
    zone = {"zone": shop.storefront.shop_timezone}
    try:
        query = compose_statement(PACKAGE, "find_night", lifecycle=lifecycle)
        return cast("date | None", cursor.execute(query, zone).fetchone())
    except psycopg.errors.UndefinedTable as error:
        raise _never_built("lifecycle") from error


def tell_signal(
    connection: psycopg.Connection, mart: ExplainedMart, customer_id: str, reader: Reader
) -> Section:
    """Return what the mart tells of the customer; a section without a sentence when nothing.

    Raises:
        NothingToExplainError: the mart was never built.
        ExplanationError: `when` or `order_by` is not SQL that the mart's rows can answer.
    """
    cursor = connection.cursor(row_factory=dict_row)
    try:
        asked = {"customer_id": customer_id, "most": mart.limit}
        rows = cursor.execute(_statement(mart), asked).fetchall()
    except psycopg.errors.UndefinedTable as error:
        raise _never_built(mart.name) from error
    except psycopg.ProgrammingError as error:
        message = f"{mart.file}: {UNDER}: `when` or `order_by` fails: {error.diag.message_primary}"
        raise ExplanationError(message) from error
    told = tuple(filter(None, (_tell_row(mart, row, reader) for row in rows)))
    left_out = rows[0]["rows in all"] - len(rows) if rows else 0
    return Section(mart.title.text(reader.language.locale), told, left_out)


def _statement(mart: ExplainedMart) -> sql.Composed:
    """Return the query of a customer's rows; the conditions are the analysts' own SQL."""
    conditions = [
        sql.SQL("({}) is true").format(_written(sentence.when or "true"))
        for sentence in mart.sentences
    ]
    named = [
        sql.SQL("{} as {}").format(condition, sql.Identifier(_holds(number)))
        for number, condition in enumerate(conditions)
    ]
    return compose_statement(
        PACKAGE,
        "find_rows",
        conditions=sql.SQL(", ").join(named),
        any_condition=sql.SQL(" or ").join(conditions),
        mart=sql.Identifier(mart.schema_name, mart.name),
        row_order=_written(f"{mart.order_by}, mart::text" if mart.order_by else "mart::text"),
    )


def _written(condition: str) -> sql.SQL:
    """Return SQL as it was written; psycopg would take its percent signs for parameters."""
    return sql.SQL(cast("LiteralString", condition.replace("%", "%%")))


def _holds(number: int) -> str:
    return f"sentence {number} holds"


def _tell_row(mart: ExplainedMart, row: Mapping[str, Any], reader: Reader) -> str:
    told = (
        tell(sentence.text(reader.language.locale), row, reader)
        for number, sentence in enumerate(mart.sentences)
        if row[_holds(number)]
    )
    return " ".join(filter(None, told))


def _never_built(mart: str) -> NothingToExplainError:
    message = (
        f"the mart '{mart}' was never built here: run a night, or `dbt build --target night`;"
        " what analysts build for themselves is not told"
    )
    return NothingToExplainError(message)
