"""What a person can mend who runs a command: told in a line, not in a traceback."""

from __future__ import annotations


def is_mendable(error: Exception) -> bool:
    """Whether the error's own words are all that its reader needs."""
    # They come from all over the engine, which `--help` need not wait for.
    import psycopg

    from retention.backtest.replay import BacktestError
    from retention.dbt import DbtError
    from retention.delivery.sendgrid import SendGridSettingsError
    from retention.delivery.trial_mail import TrialNotSentError
    from retention.diff.compared_night import NothingToCompareError
    from retention.explain.signals import NothingToExplainError
    from retention.ledger.gift_cards import CardNotFoundError
    from retention.manifest import ManifestError
    from retention.preview.candidates import NoCandidateError
    from retention.raw.contract import RawTablesHoldRowsError
    from retention.rewards import RewardsError
    from retention.strict_model import SettingsError

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
