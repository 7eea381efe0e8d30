"""Checks the plausibility of a night with Great Expectations suites, YAML files of analysts.

dbt's tests check the structure of every model. The suites under `dbt_project/expectations/` check
the night's data: volume compared with earlier nights, freshness, ranges and shares. The verdict on
each mart goes to the ledger, where the decisions read it: campaigns that depend on a mart that
failed or was not checked are gated.
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
    """A suite's YAML is invalid; the message has the file and the key."""


class BrokenMartsError(RuntimeError):
    """A mart broke an expectation; the message has mart, expectation, figures and sample ids."""


class Expectation(StrictModel):
    """One expectation, in Great Expectations' terms."""

    type: str
    kwargs: dict[str, Any] = Field(default_factory=dict)
    severity: Literal["critical", "warning", "info"] = "critical"
    meta: dict[str, Any] = Field(default_factory=dict)


class Suite(StrictModel):
    """The expectations of one mart.

    Attributes:
        mart: name of the dbt model.
        keys: columns that identify a row in messages; ids, never personal data.
    """

    mart: str
    keys: tuple[str, ...]
    expectations: tuple[Expectation, ...]


class MartVerdict(BaseModel):
    """Result of checking one mart.

    Attributes:
        row_count: number of rows of the mart tonight.
        failures: failed critical expectations, each as a sentence with figures.
        warnings: failed expectations of lower severity; these gate nothing.
    """

    model_config = ConfigDict(frozen=True)

    mart: str
    row_count: int
    failures: tuple[str, ...]
    warnings: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether all critical expectations hold."""
        return not self.failures


def suite_files(project: Path | None = None) -> list[Path]:
    """Return the files of the project's suites; each is named after its mart."""
    folder = (project or project_directory()) / "expectations"
    return sorted(folder.glob("*.yml"))


def read_suites(project: Path | None = None) -> list[Suite]:
    """Read every suite of the project, ordered by mart.

    Raises:
        SuiteError: a file is not a valid suite; the message has the file and the key.
    """
    return [read_suite(file) for file in suite_files(project)]


def read_suite(file: Path) -> Suite:
    """Read one suite.

    Raises:
        SuiteError: the file is not a valid suite; the message has the file and the key.
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
        connection: to the database with the marts and the ledger; committed per mart.
        night: local date of the night of the marts.
        schemas: database schemas by mart, for every mart that may have a suite.
        docs: folder for the night's Data Docs.
        now: time of the checks, for the record.

    Returns:
        One verdict per suite; an invalid suite fails its mart.
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
    """Raise a `BrokenMartsError` with all failures, if there are any."""
    lines = [f"{verdict.mart}: {failure}" for verdict in verdicts for failure in verdict.failures]
    if lines:
        message = (
            f"{len(lines)} expectation(s) failed; the campaigns that depend on these marts"
            " are gated tonight:\n- " + "\n- ".join(lines)
        )
        raise BrokenMartsError(message)


def _not_yaml(file: Path, error: yaml.YAMLError) -> str:
    """Return the place of the YAML error, by line."""
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
        failure = f"not checked: {' '.join(str(error).split())}"
        return MartVerdict(mart=file.stem, row_count=0, failures=(failure,), warnings=())


def schema_of(suite: Suite, schemas: dict[str, str]) -> str:
    """Return the database schema of the suite's mart, from the schemas of all dbt models.

    Raises:
        SuiteError: the model does not exist.
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
        failures=tuple(each.sentence for each in broken if each.severity == "critical"),
        warnings=tuple(each.sentence for each in broken if each.severity != "critical"),
    )


def _log(verdict: MartVerdict) -> None:
    logger.info(
        "%s: %s rows, %s", verdict.mart, verdict.row_count, "passed" if verdict.passed else "FAILED"
    )
    for warning in verdict.warnings:
        logger.warning("%s: %s", verdict.mart, warning)
    for failure in verdict.failures:
        logger.error("%s: %s", verdict.mart, failure)
