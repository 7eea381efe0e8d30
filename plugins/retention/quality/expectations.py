"""Guards the plausibility of a night: Great Expectations suites, kept as YAML by analysts.

dbt's tests guard the shape of every model; the suites under `dbt_project/expectations/` guard the
night: volume against the nights before, freshness, ranges and shares. The verdict on each mart goes
to the ledger, where the decisions read it: what depends on a mart that failed, or was not checked,
is gated.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Literal

import psycopg
import yaml
from psycopg import sql
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from retention.database import count_rows
from retention.ledger.mart_checks import record_mart_check, usual_row_count
from retention.project.shop import project_directory
from retention.project.strict_model import SettingsError, StrictModel, explain
from retention.quality.great_expectations import Validation

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime
    from pathlib import Path

logger = logging.getLogger(__name__)


class SuiteError(SettingsError):
    """A suite's YAML is not what a suite should be; names the file and the key."""


class BrokenMartsError(RuntimeError):
    """At least one mart broke an expectation; names mart, expectation, figures and sample ids."""


class Expectation(StrictModel):
    """One expectation, in Great Expectations' own words."""

    type: str
    kwargs: dict[str, Any] = Field(default_factory=dict)
    severity: Literal["critical", "warning", "info"] = "critical"
    meta: dict[str, Any] = Field(default_factory=dict)


class Suite(StrictModel):
    """What is expected of one mart.

    Attributes:
        mart: name of the dbt model.
        keys: columns that name a row of it to a person; ids, never anything personal.
    """

    mart: str
    keys: tuple[str, ...]
    expectations: tuple[Expectation, ...]


class MartVerdict(BaseModel):
    """What came of checking one mart.

    Attributes:
        row_count: rows of the mart tonight.
        failures: critical expectations that did not hold, each as a sentence with figures.
        warnings: the same for expectations of lesser severity; these gate nothing.
    """

    model_config = ConfigDict(frozen=True)

    mart: str
    row_count: int
    failures: tuple[str, ...]
    warnings: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether everything critical held."""
        return not self.failures


def suite_files(project: Path | None = None) -> list[Path]:
    """Return the file of every suite of the project; each is named after its mart."""
    folder = (project or project_directory()) / "expectations"
    return sorted(folder.glob("*.yml"))


def read_suites(project: Path | None = None) -> list[Suite]:
    """Read every suite of the project, by name of its mart.

    Raises:
        SuiteError: a file is not a suite; names the file and the key.
    """
    return [read_suite(file) for file in suite_files(project)]


def read_suite(file: Path) -> Suite:
    """Read one suite.

    Raises:
        SuiteError: the file is not a suite; names the file and the key.
    """
    try:
        suite = Suite.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))
    except yaml.YAMLError as error:
        raise SuiteError(_not_yaml(file, error)) from error
    except ValidationError as error:
        problems = explain(error, Suite)
        raise SuiteError(*(f"expectations/{file.name}: {each}" for each in problems)) from error
    if suite.mart != file.stem:
        message = f"expectations/{file.name}: mart is '{suite.mart}'; name the file after its mart"
        raise SuiteError(message)
    return suite


def check_marts(
    connection: psycopg.Connection, night: date, schemas: dict[str, str], docs: Path, now: datetime
) -> list[MartVerdict]:
    """Check every mart that has a suite, record the verdicts, and write the Data Docs.

    Args:
        connection: to the database that holds the marts and the ledger; committed per mart.
        night: local date of the night whose marts these are.
        schemas: database schema by name of mart, for every mart that may have a suite.
        docs: folder for the night's Data Docs.
        now: when the checks are made (aware), for the record.

    Returns:
        One verdict a suite, also when it failed; a suite that cannot be used fails its own mart.
    """
    verdicts = []
    validation = Validation(connection, docs)
    for file in suite_files():
        verdict = _verdict_of(file, connection, validation, schemas, night)
        record_mart_check(
            connection,
            night=night,
            mart=verdict.mart,
            passed=verdict.passed,
            row_count=verdict.row_count,
            failures=list(verdict.failures),
            checked_at=now,
        )
        connection.commit()
        _log(verdict)
        verdicts.append(verdict)
    validation.write_docs()
    return verdicts


def raise_if_broken(verdicts: Iterable[MartVerdict]) -> None:
    """Raise a `BrokenMartsError` that says all that broke; nothing happens when all held."""
    lines = [f"{verdict.mart}: {failure}" for verdict in verdicts for failure in verdict.failures]
    if lines:
        message = (
            f"{len(lines)} expectation(s) did not hold; the campaigns that depend on these marts"
            " are gated tonight:\n- " + "\n- ".join(lines)
        )
        raise BrokenMartsError(message)


def _not_yaml(file: Path, error: yaml.YAMLError) -> str:
    """Return where a file ceases to be YAML, in its own lines."""
    mark = getattr(error, "problem_mark", None)
    place = f", line {mark.line + 1}" if mark else ""
    return f"expectations/{file.name}{place}: not YAML: {getattr(error, 'problem', error)}"


def _verdict_of(
    file: Path,
    connection: psycopg.Connection,
    validation: Validation,
    schemas: dict[str, str],
    night: date,
) -> MartVerdict:
    try:
        suite = read_suite(file)
        schema = schema_of(suite, schemas)
        return _check(connection, validation, suite, schema, night)
    except (SuiteError, psycopg.errors.UndefinedTable) as error:
        connection.rollback()
        failure = f"nothing was checked: {' '.join(str(error).split())}"
        return MartVerdict(mart=file.stem, row_count=0, failures=(failure,), warnings=())


def schema_of(suite: Suite, schemas: dict[str, str]) -> str:
    """Return the database schema of the suite's mart, given those of all dbt models.

    Raises:
        SuiteError: there is no such model.
    """
    if suite.mart not in schemas:
        message = f"expectations/{suite.mart}.yml: there is no dbt model '{suite.mart}' to check"
        raise SuiteError(message)
    return schemas[suite.mart]


def _check(
    connection: psycopg.Connection, validation: Validation, suite: Suite, schema: str, night: date
) -> MartVerdict:
    rows = count_rows(connection, sql.Identifier(schema, suite.mart))
    usual = usual_row_count(connection, mart=suite.mart, night=night)
    broken = validation.broken(
        suite.mart,
        schema,
        keys=suite.keys,
        expectations=[item.model_dump() for item in suite.expectations],
        parameters={"rows": rows, "usual_rows": float(usual if usual is not None else rows)},
    )
    return MartVerdict(
        mart=suite.mart,
        row_count=rows,
        failures=tuple(told.sentence for told in broken if told.severity == "critical"),
        warnings=tuple(told.sentence for told in broken if told.severity != "critical"),
    )


def _log(verdict: MartVerdict) -> None:
    logger.info(
        "%s: %s rows, %s", verdict.mart, verdict.row_count, "passed" if verdict.passed else "FAILED"
    )
    for warning in verdict.warnings:
        logger.warning("%s: %s", verdict.mart, warning)
    for failure in verdict.failures:
        logger.error("%s: %s", verdict.mart, failure)
