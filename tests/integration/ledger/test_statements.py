from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import retention.ledger
from retention.database import connect, load_statement
from retention.ledger.decisions import record_decisions
from retention.ledger.statements import LedgerConstraintError, LedgerDataError, execute
from tests.integration.ledger.warehouse import NIGHT, decision, fill_warehouse

if TYPE_CHECKING:
    import psycopg

LEDGER = Path(retention.ledger.__file__).parent
STATEMENTS = sorted(file.stem for file in (LEDGER / "sql").rglob("*.sql"))


def test_only_one_module_reads_decisions_out_of_the_warehouse() -> None:
    readers = {each for each in STATEMENTS if "decisions.decisions" in _foreign_code(each)}
    assert {"find_decided_nights", "record_decisions"} <= readers
    others = [file for file in LEDGER.glob("*.py") if file.stem != "decisions"]
    code = "".join(file.read_text() for file in others)
    assert not [each for each in readers if f'"{each}"' in code]


def test_a_broken_rule_is_named_without_the_row_that_breaks_it(
    ledger: psycopg.Connection,
) -> None:
    fill_warehouse(ledger, [decision(send_at=None)])
    with pytest.raises(LedgerConstraintError) as caught:
        record_decisions(ledger, NIGHT)
    assert "a_send_decision_has_an_address_a_locale_and_a_time" in str(caught.value)
    assert "example.com" not in str(caught.value)


def test_a_value_that_does_not_fit_is_not_quoted(ledger: psycopg.Connection) -> None:
    with pytest.raises(LedgerDataError) as caught:
        execute(ledger, "find_template", campaign="aino@example.com\0", locale="en")
    assert str(caught.value).startswith("find_template: a value is invalid (DataError)")
    assert "example.com" not in str(caught.value)


def test_what_postgresql_cannot_read_is_not_quoted(ledger: psycopg.Connection) -> None:
    with pytest.raises(LedgerDataError, match="InvalidDatetimeFormat") as caught:
        execute(ledger, "remove_decisions", night="aino@example.com")
    assert "example.com" not in str(caught.value)


@pytest.mark.usefixtures("database")
def test_sessions_speak_utc_and_keep_the_options_of_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PGOPTIONS", "-c statement_timeout=1234")
    with connect() as connection:
        assert connection.execute("show timezone").fetchone() == ("UTC",)
        assert connection.execute("show statement_timeout").fetchone() == ("1234ms",)


def _foreign_code(statement: str) -> str:
    query = load_statement("retention.ledger", statement)
    return re.sub(r"--.*|ledger\.decisions", "", query)
