"""Fits the models of the night, each by itself: one that fails leaves the last good numbers."""

from __future__ import annotations

import logging
from importlib import import_module
from typing import TYPE_CHECKING, cast

import psycopg
from pydantic import BaseModel, ConfigDict

from retention.fits.fit import FitRefusedError
from retention.ledger.fits import KeptFit, find_kept_fit, record_kept_fit, record_refused_fit

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from retention.fits.fit import Fit

logger = logging.getLogger(__name__)

# By the names that the var `fitted_models` takes. Imported only when they are fitted: they need
# SciPy, and a DAG file must be read quickly.
MODULES = {"ease": "retention.fits.affinities", "bgnbd": "retention.fits.customer_value"}


class RefusedFitsError(RuntimeError):
    """At least one model has no new numbers tonight; names each, with the reason."""


class FitVerdict(BaseModel):
    """Whether a model's new numbers are used; `message` says what became of it, for a person."""

    model_config = ConfigDict(frozen=True)

    signal: str
    is_kept: bool
    message: str


def fit_models(
    connection: psycopg.Connection, signals: Iterable[str], night: date, now: datetime
) -> list[FitVerdict]:
    """Fit models one after another, and record in the ledger how each fit went.

    Args:
        connection: an open connection that commits each statement by itself.
        signals: names of the models, keys of `MODULES`.
        night: local date of the night whose purchases stand in the warehouse.
        now: the present moment, aware.

    Raises:
        psycopg.Error: the warehouse cannot be read or written; everything else is a refusal.
    """
    return [_fit_model(connection, signal, night, now) for signal in signals]


def raise_if_refused(verdicts: Iterable[FitVerdict]) -> None:
    """Raise, naming each model that has no new numbers, and why."""
    refused = [verdict.message for verdict in verdicts if not verdict.is_kept]
    if refused:
        raise RefusedFitsError("; ".join(refused))


def _fit_model(
    connection: psycopg.Connection, signal: str, night: date, now: datetime
) -> FitVerdict:
    try:
        with connection.transaction():
            found = cast("Fit", import_module(MODULES[signal]).fit(connection, night))
            record_kept_fit(
                connection, KeptFit(signal, night, found.parameters, found.figures, now)
            )
    except psycopg.Error:
        raise
    except FitRefusedError as error:
        return _refuse(connection, signal, night, now, reason=str(error))
    except Exception as error:
        # Whatever a model stumbles over, the night goes on with its last good numbers.
        logger.exception("%s: the fit failed", signal)
        return _refuse(connection, signal, night, now, reason=f"{type(error).__name__}: {error}")
    logger.info("%s is fitted: %s", signal, found.figures)
    return FitVerdict(signal=signal, is_kept=True, message=f"{signal} is fitted for {night}")


def _refuse(
    connection: psycopg.Connection, signal: str, night: date, now: datetime, *, reason: str
) -> FitVerdict:
    record_refused_fit(connection, signal, night, reason, now)
    last = find_kept_fit(connection, signal, night)
    kept = f"the numbers of {last.night} stay" if last else "there are no earlier numbers"
    message = f"{signal} is not fitted for {night}, and {kept}: {reason}"
    logger.warning(message)
    return FitVerdict(signal=signal, is_kept=False, message=message)
