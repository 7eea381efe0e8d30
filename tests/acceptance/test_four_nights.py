"""Four nights, the first one twice and two of them bad, through Airflow's own scheduler.

The tests tell one story and run in order; each depends on the nights before it.
"""

from __future__ import annotations

import re
import subprocess
import sys
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from retention.project.shop import read_shop

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from tests.acceptance.conftest import House, Night

FIRST = timedelta(days=4)  # before today
LIKE = "replenishment_reminder"  # which finds most people
ADDRESS = re.compile(r"@example\.com")  # every customer's; the shop's own is of another domain


@pytest.fixture(scope="module")
def nights() -> dict[str, Night]:
    """The nights that were run so far, by name."""
    return {}


@pytest.fixture(scope="module")
def codes(house: House, approved: str) -> set[str]:
    """The codes of the latest quarter's gift cards, which were issued yesterday."""
    assert approved
    # A night knows only what happened before it, so the cards are dated a day earlier.
    house.connection.execute(
        "update ledger.gift_cards set planned_at = planned_at - interval '1 day',"
        " issued_at = issued_at - interval '1 day'"
    )
    return {code for (code,) in house.rows("select code_plain from ledger.gift_cards")}


@pytest.fixture(scope="module")
def comeback(house: House) -> None:
    """An analyst's own campaign, copied on the command line and given the highest priority."""
    command = [sys.executable, "-m", "retention", "new", "campaign", "comeback", "--like", LIKE]
    subprocess.run(command, env=house.stack.environment(), check=True)
    settings = house.stack.project / "campaigns" / "comeback" / "comeback.yml"
    settings.write_text(re.sub(r"priority: \d+", "priority: 99", settings.read_text()))


def test_a_first_night_turns_purchases_into_mails(
    house: House, today: date, nights: dict[str, Night]
):
    with _future_hidden(house, today - FIRST):
        nights["first"] = night = house.play_night(today - FIRST)
    assert night.state == "success"
    assert set(night.task_states.values()) == {"success"}
    states = dict(house.rows("select state, count(*) from ledger.messages group by state"))
    # Days later, some reminders are too late, and some customers have bought since.
    assert set(states) <= {"accepted", "expired", "cancelled"}
    assert house.audit()["accepted"] == states["accepted"] == len(night.sent) > 5


def test_the_cleared_first_night_is_rebuilt_and_finds_what_was_known_then(
    house: House, nights: dict[str, Night]
):
    first, accepted = nights["first"], house.audit()["accepted"]
    before = first.decisions
    house.clear_night(first)
    assert set(first.task_states.values()) == {"success"}
    assert "data tests" in house.log(first, "decisions.dbt_producer_watcher")
    computed = house.rows(
        "select campaign, customer_id, occasion from decisions.decisions where night = %s",
        first.date,
    )
    assert set(computed) == first.audience
    assert first.decisions == before
    assert house.audit()["accepted"] == accepted
    assert house.rows("select run_id from ledger.nights where held_at is not null") == []


def test_a_mart_emptied_by_a_bad_edit_gates_only_its_campaign(
    house: House, today: date, nights: dict[str, Night]
):
    model = house.stack.project / "models" / "signals" / "replenishment.sql"
    good = model.read_text()
    model.write_text(f"select * from (\n{good}\n) as emptied\nwhere false\n")
    try:
        nights["second"] = night = house.play_night(today - timedelta(days=3))
    finally:
        model.write_text(good)
    assert night.state == "failed"
    assert night.task_states["report_broken_marts"] == "failed"
    assert night.task_states["enqueue_messages"] == "success"
    assert night.outcomes("replenishment_reminder") <= {"gated"}
    assert "gated" not in night.outcomes("winback")
    failed = house.rows(
        "select mart, failures::text from ledger.mart_checks where night = %s and not passed",
        night.date,
    )
    assert "replenishment" in dict(failed)


def test_the_next_night_mails_only_newly_due_occasions(house: House, nights: dict[str, Night]):
    first, second = nights["first"], nights["second"]
    assert second.sent.isdisjoint(first.sent)
    outcomes = {row[:3]: row[3] for row in second.decisions if row[3] != "gated"}
    still_wanted = first.sent & set(outcomes)
    assert still_wanted
    assert {outcomes[message] for message in still_wanted} == {"already_planned"}
    audit = house.audit()
    assert audit["accepted"] == len(first.sent) + len(second.sent)
    assert audit["duplicate_count"] == 0


def test_prices_of_zero_gate_every_campaign_and_nobody_is_mailed(house: House, today: date):
    accepted = house.audit()["accepted"]
    house.connection.execute("create table kept_lines as select * from raw.order_lines")
    house.connection.execute("update raw.order_lines set net_amount = 0")
    try:
        night = house.play_night(today - timedelta(days=1))
    finally:
        house.connection.execute("truncate raw.order_lines")
        house.connection.execute("insert into raw.order_lines select * from kept_lines")
    assert night.task_states["report_broken_marts"] == "failed"
    assert {row[3] for row in night.decisions} <= {"gated"}
    assert night.sent == set()
    assert house.audit()["accepted"] == accepted


@pytest.mark.usefixtures("codes", "comeback")
def test_the_night_after_the_bad_ones_is_good_again(
    house: House, today: date, nights: dict[str, Night]
):
    nights["good"] = night = house.play_night(today)
    assert set(night.task_states.values()) == {"success"}
    assert "gated" not in {row[3] for row in night.decisions}
    audit = house.audit()
    assert audit["duplicate_count"] == audit["suppressed_but_sent_count"] == 0
    unfinished = house.rows(
        "select message_id, state from ledger.messages"
        " where state not in ('accepted', 'expired', 'cancelled')"
    )
    assert unfinished == []


def test_a_campaign_that_an_analyst_has_added_is_sent_that_night(
    house: House, nights: dict[str, Night]
):
    assert "send" in nights["good"].outcomes("comeback")
    sent = [key for key in nights["good"].sent if key[0] == "comeback"]
    posted = [each for each in house.mail_requests() if each["categories"] == ["comeback"]]
    assert len(sent) == sum(len(each["personalizations"]) for each in posted) > 0


def test_that_night_mails_each_gift_cards_code_once_and_the_ledger_forgets_it(
    house: House, nights: dict[str, Night], codes: set[str]
):
    decided = [row for row in nights["good"].decisions if row[0] == "quarterly_reward"]
    assert {row[3] for row in decided} == {"send"}
    assert not any(code in str(decided) for code in codes)
    mailed = [
        personalization["dynamic_template_data"]["gift_card_code"]
        for request in house.mail_requests()
        if request["categories"] == ["quarterly_reward"]
        for personalization in request["personalizations"]
    ]
    assert sorted(mailed) == sorted(codes)
    states = house.rows("select distinct state, code_plain from ledger.gift_cards")
    assert states == [("delivered", None)]
    for file in house.stack.directory.rglob("*.log"):
        text = file.read_text(errors="replace")
        assert not any(code in text for code in codes), file


def test_addresses_are_in_the_mail_requests_and_in_no_log(house: House):
    requests = house.mail_requests()
    assert len(requests) > 5
    for request in requests:
        assert request["categories"] in [
            [campaign] for campaign in read_shop(house.stack.project).nights.campaigns
        ]
        for personalization in request["personalizations"]:
            assert ADDRESS.search(str(personalization.pop("to")))
            for argument in personalization["custom_args"].values():
                assert re.fullmatch(r"[0-9a-f-]{36}(/\d+)?", argument)
        assert not ADDRESS.search(str(request))
    logs = [
        file
        for directory in (house.stack.directory, house.stack.cluster.directory)
        for file in directory.rglob("*.log")
    ]
    assert len(logs) > 100
    for file in logs:
        text = file.read_text(errors="replace")
        assert not ADDRESS.search(text), file
        assert house.stack.api_key not in text, file


def test_no_night_parses_the_project_again(house: House):
    builds = list(house.stack.directory.glob("airflow/logs/dag_id=refresh_segments/**/*watcher/*"))
    assert len(builds) > 15
    # It was parsed with the DAG, also after an edit.
    assert [log for log in builds if "Unable to do partial parsing" in log.read_text()] == []


@contextmanager
def _future_hidden(house: House, night: date) -> Iterator[None]:
    """Remove the orders from `night` on from the raw tables, and put them back at the end."""
    database = house.connection
    database.execute(
        "create table later_orders as select * from raw.orders where ordered_at >= "
        f"timestamptz '{night} 00:00 Europe/Helsinki'"
    )
    database.execute(
        "create table later_lines as select lines.* from raw.order_lines as lines"
        " inner join later_orders using (order_id)"
    )
    database.execute(
        "delete from raw.order_lines where order_id in (select order_id from later_orders)"
    )
    database.execute("delete from raw.orders where order_id in (select order_id from later_orders)")
    yield
    database.execute("insert into raw.orders select * from later_orders")
    database.execute("insert into raw.order_lines select * from later_lines")
