"""Errors that the person at the command line can fix: one line each, not a traceback."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retention.commands.console import tell_error

if TYPE_CHECKING:
    import typer


def run(app: typer.Typer) -> None:
    """Run a command line; an error that a person can fix is one line and exit code 1."""
    try:
        app()
    except Exception as error:
        if not is_mendable(error):
            raise
        tell_error(error)
        raise SystemExit(1) from None


def is_mendable(error: Exception) -> bool:
    """Whether the error's own words are all that its reader needs."""
    # They come from all over the engine, which `--help` need not wait for.
    import psycopg

    from retention.delivery.trial_mail import TrialNotSentError
    from retention.ledger.gift_cards import CardNotFoundError
    from retention.project.dbt import DbtError
    from retention.project.manifest import ManifestError
    from retention.project.strict_model import SettingsError
    from retention.raw.contract import RawTablesHoldRowsError
    from retention.rewards import RewardsError
    from retention.sendgrid.client import SendGridSettingsError
    from retention.workbench.backtest.replay import BacktestError
    from retention.workbench.diff.compared_night import NothingToCompareError
    from retention.workbench.explain.signals import NothingToExplainError
    from retention.workbench.preview.candidates import NoCandidateError

    mendable = (
        BacktestError,
        DbtError,
        CardNotFoundError,
        ManifestError,
        NoCandidateError,
        NothingToCompareError,
        NothingToExplainError,
        RawTablesHoldRowsError,
        RewardsError,
        SendGridSettingsError,
        SettingsError,
        TrialNotSentError,
        psycopg.OperationalError,
    )
    return isinstance(error, mendable)
