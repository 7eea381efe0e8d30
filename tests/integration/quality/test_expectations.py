"""Great Expectations suites on real marts, and the messages of failures."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import psycopg
import pytest
import yaml

from retention.ledger.mart_checks import record_mart_check, usual_row_count
from retention.quality import expectations
from retention.quality.expectations import (
    BrokenMartsError,
    SuiteError,
    check_marts,
    raise_if_broken,
)
from retention.quality.nights_page import render_nights

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NIGHT = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
SUITE = {
    "mart": "spenders",
    "keys": ["customer_id"],
    "expectations": [
        {"type": "expect_table_row_count_to_be_between", "kwargs": {"min_value": 1}},
        {
            "type": "expect_table_row_count_to_be_between",
            "kwargs": {"min_value": {"$PARAMETER": "usual_rows * 0.5"}},
            "meta": {"says": "As many customers as on other nights"},
        },
        {
            "type": "expect_column_values_to_be_between",
            "kwargs": {"column": "amount", "min_value": 0},
            "meta": {"says": "Nobody spends less than nothing"},
        },
        {
            "type": "expect_column_values_to_be_between",
            "kwargs": {"column": "amount", "max_value": 50},
            "severity": "warning",
        },
    ],
}


@pytest.fixture
def connection(ledger_database: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(ledger_database, autocommit=True) as connection:
        connection.execute("create table spenders (customer_id text, amount numeric)")
        connection.execute(
            "insert into spenders select 'c' || number, number from generate_series(1, 40) number"
        )
        yield connection


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "expectations"
    folder.mkdir()
    (folder / "spenders.yml").write_text(yaml.safe_dump(SUITE))
    monkeypatch.setenv("DBT_PROJECT_DIR", str(tmp_path))
    return tmp_path


def _check(connection: psycopg.Connection, docs: Path, night: date = NIGHT):
    (verdict,) = check_marts(connection, night, {"spenders": "public"}, docs, NOW)
    return verdict


def test_a_plausible_night_passes_and_is_recorded(connection: psycopg.Connection, tmp_path: Path):
    verdict = _check(connection, tmp_path / "docs")
    assert verdict.passed
    assert verdict.row_count == 40
    assert usual_row_count(connection, "spenders", NIGHT + timedelta(days=1)) == 40
    raise_if_broken([verdict])


def test_a_failure_names_mart_expectation_figures_and_sample_ids(
    connection: psycopg.Connection, tmp_path: Path
):
    connection.execute("update spenders set amount = -1 where customer_id in ('c7', 'c8')")
    verdict = _check(connection, tmp_path / "docs")
    with pytest.raises(BrokenMartsError) as raised:
        raise_if_broken([verdict])
    told = str(raised.value)
    for fact in ("spenders", "Nobody spends less than nothing", "2 of 40 rows", "c7", "amount"):
        assert fact in told
    recorded = connection.execute("select passed, failures from ledger.mart_checks").fetchone()
    assert recorded[0] is False
    assert "c7" in recorded[1][0]


def test_an_emptied_mart_fails(connection: psycopg.Connection, tmp_path: Path):
    connection.execute("truncate spenders")
    assert len(_check(connection, tmp_path / "docs").failures) >= 1


def test_a_mart_that_halves_overnight_fails_against_the_nights_before(
    connection: psycopg.Connection, tmp_path: Path
):
    assert _check(connection, tmp_path / "docs").passed
    connection.execute("delete from spenders where amount > 15")
    verdict = _check(connection, tmp_path / "docs", NIGHT + timedelta(days=1))
    assert ["As many customers as on other nights" in failure for failure in verdict.failures] == [
        True
    ]


def test_a_warning_is_reported_but_fails_nothing(connection: psycopg.Connection, tmp_path: Path):
    connection.execute("update spenders set amount = 51 where customer_id = 'c1'")
    verdict = _check(connection, tmp_path / "docs")
    assert verdict.passed
    assert len(verdict.warnings) == 1


def test_a_missing_column_fails_instead_of_passing_unseen(
    connection: psycopg.Connection, tmp_path: Path
):
    connection.execute("alter table spenders rename amount to price")
    verdict = _check(connection, tmp_path / "docs")
    assert any("amount" in failure for failure in verdict.failures)


def test_the_data_docs_of_a_night_are_pages(connection: psycopg.Connection, tmp_path: Path):
    _check(connection, tmp_path / "docs")
    assert "spenders" in (tmp_path / "docs" / "index.html").read_text()


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"type": "expect_table_row_cnt"}, "expect_table_row_cnt"),
        ({"type": "expect_table_row_count_to_be_between", "kwargs": {"min_val": 1}}, "min_val"),
    ],
)
def test_an_expectation_that_checks_nothing_fails_and_the_others_are_checked(
    connection: psycopg.Connection, project: Path, tmp_path: Path, wrong: dict, told: str
):
    suite = SUITE | {"expectations": [*SUITE["expectations"], wrong]}
    (project / "expectations" / "spenders.yml").write_text(yaml.safe_dump(suite))
    connection.execute("update spenders set amount = -1 where customer_id = 'c7'")
    verdict = _check(connection, tmp_path / "docs")
    assert len(verdict.failures) == 2
    assert "not checked" in verdict.failures[0]
    assert told in verdict.failures[0]
    assert "c7" in verdict.failures[1]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("mart: savers\nkeys: [\n", "expectations/savers.yml, line 3: not YAML"),
        ("", "expectations/savers.yml: the whole"),
        ("mart: savers\nkeys: []\nexpectations: [{type: a, severity: high}]", "severity"),
        ("mart: savers\nkeys: []\nexpectations: []", "there is no dbt model 'savers'"),
    ],
)
def test_an_invalid_suite_fails_only_its_own_mart(
    connection: psycopg.Connection, project: Path, tmp_path: Path, text: str, told: str
):
    (project / "expectations" / "savers.yml").write_text(text)
    savers, spenders = check_marts(
        connection, NIGHT, {"spenders": "public"}, tmp_path / "docs", NOW
    )
    assert savers.mart == "savers"
    assert told in savers.failures[0]
    assert spenders.passed
    recorded = connection.execute("select mart, passed from ledger.mart_checks order by mart")
    assert recorded.fetchall() == [("savers", False), ("spenders", True)]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"keys": None}, "keys"),
        ({"expectation": []}, "expectation"),
        ({"mart": "savers"}, "name the file after its mart"),
    ],
)
def test_an_invalid_suite_is_named_with_file_and_key(project: Path, change: dict, told: str):
    (project / "expectations" / "spenders.yml").write_text(yaml.safe_dump(SUITE | change))
    with pytest.raises(SuiteError, match=rf"spenders.yml.*{told}"):
        expectations.read_suites()


def test_the_page_of_nights_shows_failures_and_links_to_each_marts_docs(
    connection: psycopg.Connection, tmp_path: Path
):
    docs = tmp_path / "docs"
    connection.execute("update spenders set amount = -1 where customer_id = 'c7'")
    _check(connection, docs / NIGHT.isoformat())
    page = render_nights(connection, docs)
    assert "1 of 1 marts failed" in page
    assert "Nobody spends less than nothing" in page
    (link,) = re.findall(r'href="([^"]+)"', page)
    assert "spenders" in (docs / link).read_text()


def test_the_page_of_nights_escapes_what_people_wrote(
    connection: psycopg.Connection, tmp_path: Path
):
    record_mart_check(connection, NIGHT, "m", bool([]), 1, ["<script>alert(1)</script>"], NOW)
    assert "<script>" not in render_nights(connection, tmp_path)


def test_before_the_first_night_the_page_says_what_to_do(
    connection: psycopg.Connection, tmp_path: Path
):
    assert "Trigger <code>refresh_segments</code>" in render_nights(connection, tmp_path)
