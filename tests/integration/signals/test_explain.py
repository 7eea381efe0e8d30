"""`retention explain` on real households: what a support agent reads, in both languages."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from retention.commands import app
from retention.database import connect
from retention.project.manifest import current_manifest
from retention.workbench.explain.explanations import ExplanationError, read_explanations
from retention.workbench.explain.languages import NO_BREAK
from retention.workbench.explain.page import explain_customer
from retention.workbench.explain.signals import NothingToExplainError, tell_signal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import psycopg

    from tests.integration.signals.conftest import Warehouse

ORDERS_MOST = "select customer_id from signals.lifecycle order by order_count desc, 1 limit 1"


@pytest.fixture
def connection(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> Iterator[psycopg.Connection]:
    for variable, value in warehouse.cluster.environment(warehouse.database).items():
        monkeypatch.setenv(variable, value)
    monkeypatch.setenv("COLUMNS", "400")
    with connect() as opened:
        yield opened


def _printed(customer_id: str, locale: str) -> str:
    printed = CliRunner().invoke(app, ["explain", customer_id, "--locale", locale])
    assert printed.exit_code == 0, printed.output
    return printed.output.replace(NO_BREAK, " ")


def _day(day: object) -> str:
    return f"{day:%-d.%-m.%Y}"


def test_the_page_shows_what_the_marts_hold(
    warehouse: Warehouse, connection: psycopg.Connection
) -> None:
    (customer,) = connection.execute(ORDERS_MOST).fetchone()
    row = warehouse.read(f"select * from signals.lifecycle where customer_id = '{customer}'").loc[0]
    english, finnish = _printed(customer, "en"), _printed(customer, "fi")
    assert f"Customer {customer}: what was known on the night of 21 September 2026" in english
    assert f"Asiakas {customer}: tiedot yöltä 21.9.2026" in finnish
    assert f"Ordered {row.order_count} times for €{row.net_amount:,.2f} in all" in english
    amount = f"{row.net_amount:,.2f}".replace(",", " ").replace(".", ",")
    assert f"Tilannut {row.order_count} kertaa, yhteensä {amount} €" in finnish
    likely = warehouse.read(
        f"select * from signals.replenishment where customer_id = '{customer}'"
        " order by buy_probability desc, product_type"
    ).loc[0]
    assert f"ostettu {likely.purchase_count} päivänä" in finnish
    assert f"arviolta {_day(likely.due_date)}." in finnish
    assert f"(order {likely.evidence[0]['order_id']})" in english
    assert "No campaign chose this customer." in english
    assert "Asiakkaalle ei ole koskaan suunniteltu viestiä." in finnish


@pytest.mark.parametrize("locale", ["en", "fi"])
def test_every_household_can_be_explained(
    warehouse: Warehouse, connection: psycopg.Connection, locale: str
) -> None:
    customers = warehouse.read("select customer_id from signals.customer_signals").customer_id
    titles = {
        section.title
        for customer in sorted(customers)[::30]
        for section in explain_customer(connection, customer, locale).sections
    }
    assert len(titles) > 4


def test_the_page_shows_neither_name_nor_address(
    warehouse: Warehouse, connection: psycopg.Connection
) -> None:
    (customer,) = connection.execute(ORDERS_MOST).fetchone()
    person = warehouse.read(f"select * from raw.customers where customer_id = '{customer}'").loc[0]
    page = _printed(customer, "en")
    assert person.email not in page
    assert person.first_name not in page
    assert person.last_name not in page


def test_an_unknown_customer_is_reported_as_an_error(connection: psycopg.Connection) -> None:
    with pytest.raises(NothingToExplainError, match="no customer 'nobody'"):
        explain_customer(connection, "nobody", "en")


@pytest.mark.usefixtures("database")
def test_before_the_first_night_the_error_says_what_is_missing() -> None:
    with (
        connect() as connection,
        pytest.raises(NothingToExplainError, match="'lifecycle' was never built here: run a night"),
    ):
        explain_customer(connection, "1001", "en")


def test_a_condition_that_postgresql_refuses_is_named_with_its_file(
    connection: psycopg.Connection, tmp_path: Path
) -> None:
    content = json.loads(current_manifest().read_text())
    meta = content["nodes"]["model.paluu.lifecycle"]["config"]["meta"]
    meta["explain"]["sentences"][0]["when"] = "orders > 1"
    file = tmp_path / "manifest.json"
    file.write_text(json.dumps(content))
    (lifecycle,) = (
        mart for mart in read_explanations(file, ("en", "fi")) if mart.name == "lifecycle"
    )
    with pytest.raises(ExplanationError) as caught:
        tell_signal(connection, lifecycle, "1001", None)
    (problem,) = caught.value.problems
    assert problem.startswith("models/signals/lifecycle.yml: config.meta.explain: ")
    assert 'column "orders" does not exist' in problem
