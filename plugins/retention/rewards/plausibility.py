"""Whether a quarter's grades can be believed: Great Expectations, before any person is asked."""

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
    """The grades broke an expectation; names it, with figures and sample ids."""


@dataclass(frozen=True)
class Plausibility:
    """What came of the check: `failures` stop the run, `warnings` are shown to who decides."""

    failures: tuple[str, ...]
    warnings: tuple[str, ...]


def check(connection: psycopg.Connection, project: Path, run: str, docs: Path) -> Plausibility:
    """Check a run's frozen grades.

    Args:
        connection: an open connection.
        project: the dbt project, which holds the suite.
        run: the run.
        docs: folder for the Data Docs of the check.

    Raises:
        SuiteError: the suite's file is not a suite.
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
        tuple(told.sentence for told in broken if told.severity == "critical"),
        tuple(told.sentence for told in broken if told.severity != "critical"),
    )
    log.info("%s: %d failures, %d warnings", run, len(found.failures), len(found.warnings))
    return found
