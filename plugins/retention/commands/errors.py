"""Errors that users can fix are printed in one line each, without a traceback."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retention.commands.console import print_error

if TYPE_CHECKING:
    import typer


def run(app: typer.Typer) -> None:
    """Run a command line; an error that users can fix gives one line and exit code 1."""
    try:
        app()
    except Exception as error:
        if not is_fixable(error):
            raise
        print_error(error)
        raise SystemExit(1) from None


def is_fixable(error: Exception) -> bool:
    """Whether the error's message is all that a user needs to fix it."""
    # Imported here, from all over the engine, to keep `--help` fast.
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

    fixable = (
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
    return isinstance(error, fixable)
