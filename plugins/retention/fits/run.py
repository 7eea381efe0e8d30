"""Fits the models of the night independently: a failed model keeps its last good results."""

from __future__ import annotations

import logging
from importlib import import_module
from typing import TYPE_CHECKING

import psycopg
from pydantic import BaseModel, ConfigDict

from retention.fits.fit import FitRefusedError
from retention.ledger.fits import KeptFit, find_kept_fit, record_kept_fit, record_refused_fit

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from retention.fits.fit import Fit

logger = logging.getLogger(__name__)

# By the names of the var `fitted_models`. Imported only when they are fitted: they need
# SciPy, and a DAG file must be parsed quickly.
MODULES = {"ease": "retention.fits.affinities", "bgnbd": "retention.fits.customer_value"}


class RefusedFitsError(RuntimeError):
    """Some models have no new results tonight; the message has each with its reason."""


class FitVerdict(BaseModel):
    """Whether a model's new results are used; `message` describes the outcome for a person."""

    model_config = ConfigDict(frozen=True)

    signal: str
    is_kept: bool
    message: str


def fit_models(
    connection: psycopg.Connection, signals: Iterable[str], night: date, now: datetime
) -> list[FitVerdict]:
    """Fit models one after another, and record each result in the ledger.

    Args:
        connection: commits each statement by itself.
        signals: names of the models, keys of `MODULES`.
        night: local date of the night whose purchases are in the warehouse.
        now: the current time.

    Raises:
        psycopg.Error: the warehouse cannot be read or written; any other error refuses the fit.
    """
    return [_fit_model(connection, signal, night, now) for signal in signals]


def raise_if_refused(verdicts: Iterable[FitVerdict]) -> None:
    """Raise if models have no new results; the message has each with its reason."""
    refused = [verdict.message for verdict in verdicts if not verdict.is_kept]
    if refused:
        raise RefusedFitsError("; ".join(refused))


def _fit_model(
    connection: psycopg.Connection, signal: str, night: date, now: datetime
) -> FitVerdict:
    try:
        with connection.transaction():
            found: Fit = import_module(MODULES[signal]).fit(connection, night)
            record_kept_fit(
                connection, KeptFit(signal, night, found.parameters, found.figures, now)
            )
    except psycopg.Error:
        raise
    except FitRefusedError as error:
        return _refuse(connection, signal, night, now, reason=str(error))
    except Exception as error:
        # Whatever the error, the night continues with the model's last good results.
        logger.exception("%s: the fit failed", signal)
        return _refuse(connection, signal, night, now, reason=f"{type(error).__name__}: {error}")
    logger.info("%s is fitted: %s", signal, found.figures)
    return FitVerdict(signal=signal, is_kept=True, message=f"{signal} is fitted for {night}")


def _refuse(
    connection: psycopg.Connection, signal: str, night: date, now: datetime, *, reason: str
) -> FitVerdict:
    record_refused_fit(connection, signal, night, reason, now)
    last = find_kept_fit(connection, signal, night)
    kept = f"the results of {last.night} stay" if last else "there are no earlier results"
    message = f"{signal} is not fitted for {night}, and {kept}: {reason}"
    logger.warning(message)
    return FitVerdict(signal=signal, is_kept=False, message=message)
