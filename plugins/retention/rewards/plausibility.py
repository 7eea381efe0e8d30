"""Checks a quarter's grades for plausibility with Great Expectations, before approval."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from retention.ledger.reward_runs import query_to_check
from retention.quality.expectations import read_suite
from retention.quality.great_expectations import Validation
from retention.rewards import RewardsError

if TYPE_CHECKING:
    from pathlib import Path

    import psycopg

log = logging.getLogger(__name__)

SUITE = "expectations/rewards/reward_grades.yml"


class ImplausibleRewardsError(RewardsError):
    """The grades broke an expectation; the message has its name, figures and sample ids."""


@dataclass(frozen=True)
class Plausibility:
    """Result of the check: `failures` stop the run, `warnings` are shown for the approval."""

    failures: tuple[str, ...]
    warnings: tuple[str, ...]


def check(connection: psycopg.Connection, project: Path, run: str, docs: Path) -> Plausibility:
    """Check a run's frozen grades with the project's suite, and write Data Docs to folder `docs`.

    Raises:
        SuiteError: the suite's file is invalid.
    """
    suite = read_suite(project / SUITE)
    validation = Validation(connection, docs)
    broken = validation.broken_in_query(
        suite.mart,
        query_to_check(connection, run),
        keys=suite.keys,
        expectations=[item.model_dump() for item in suite.expectations],
    )
    validation.write_docs()
    found = Plausibility(
        tuple(each.sentence for each in broken if each.severity == "critical"),
        tuple(each.sentence for each in broken if each.severity != "critical"),
    )
    log.info("%s: %d failures, %d warnings", run, len(found.failures), len(found.warnings))
    return found
