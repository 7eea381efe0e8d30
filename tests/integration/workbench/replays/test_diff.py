"""`retention diff` of an edited project gives the differences between two full builds."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from retention.commands import app
from retention.project.shop import PROJECT_VARIABLE
from tests.integration.workbench.replays.conftest import NIGHT, Project

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.integration.workbench.replays.conftest import Shop

OF_ANOTHER_NIGHT = "newsletter_subscribers"
TOLD = "customer_id, occasion, score, not_before, not_after, reason, evidence, context"


@pytest.fixture(scope="module")
def edited(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The project with another threshold, and another number in a model that it rests on."""
    copied = Project.copied(project.folder, tmp_path_factory.mktemp("edited") / "project")
    copied.set_number("campaigns/winback/winback.sql", "minimum_turns", 2.5)
    copied.set_number("models/intermediate/rhythm/int_order_gaps.sql", "fading", 0.5)
    return copied


@pytest.fixture(scope="module")
def rebuilt(night: Shop, edited: Project) -> Iterator[Shop]:
    """The night, built again from end to end with the edited project."""
    with night.copied("diff_rebuilt") as shop, shop.led_to():
        edited.build(NIGHT)
        yield shop


@pytest.fixture(scope="module")
def compared(night: Shop, project: Project, edited: Project) -> Iterator[dict[str, Any]]:
    """The command's result, and whether it changed the database.

    One of the night's tables has been built for another night since.
    """
    with night.copied("diff_compared") as shop, shop.led_to():
        project.build(NIGHT - timedelta(days=9), OF_ANOTHER_NIGHT)
        before = shop.tables()
        environment = {PROJECT_VARIABLE: str(edited.folder)}
        result = CliRunner().invoke(app, ["diff", "winback", "--format", "json"], env=environment)
        assert result.exit_code == 0, result.output
        yield json.loads(result.stdout) | {"is_untouched": shop.tables() == before}


def test_added_dropped_and_changed_are_those_of_two_full_builds(
    night: Shop, rebuilt: Shop, compared: dict[str, Any]
) -> None:
    query = f"select {TOLD} from campaigns.winback"
    before, after = (
        {(row.customer_id, row.occasion): row[2:] for row in shop.rows(query)}
        for shop in (night, rebuilt)
    )
    truth = {
        "added": after.keys() - before.keys(),
        "dropped": before.keys() - after.keys(),
        "changed": {key for key in before.keys() & after.keys() if before[key] != after[key]},
    }
    audience = compared["audience"]
    assert (audience["before"], audience["after"]) == (len(before), len(after))
    for kind, keys in truth.items():
        assert audience["counts"][kind] == len(keys) > 0
        shown = {(each["customer_id"], each["occasion"]) for each in audience["examples"][kind]}
        assert len(shown) == min(len(keys), 20)
        assert shown <= keys


def test_an_example_says_what_changed_and_from_what(
    night: Shop, rebuilt: Shop, compared: dict[str, Any]
) -> None:
    example = compared["audience"]["examples"]["changed"][0]
    query = (
        "select score, reason from campaigns.winback"
        f" where customer_id = '{example['customer_id']}' and occasion = '{example['occasion']}'"
    )
    before, after = night.rows(query)[0], rebuilt.rows(query)[0]
    told = {change["what"]: (change["before"], change["after"]) for change in example["changes"]}
    assert example["reason"] == after.reason
    assert told["reason"] == (before.reason, after.reason)


def test_decisions_of_all_campaigns_change_as_between_two_full_builds(
    night: Shop, rebuilt: Shop, compared: dict[str, Any]
) -> None:
    query = "select campaign, customer_id, occasion, outcome from decisions.decisions"
    before, after = (
        {row[:3]: row.outcome for row in shop.rows(query)} for shop in (night, rebuilt)
    )
    truth = Counter((key[0], before.get(key), after.get(key)) for key in before | after)
    told = {
        (move["campaign"], move["before"], move["after"]): move["count"]
        for move in compared["moves"]
    }
    assert told == truth
    moved = {campaign for campaign, was, becomes in told if was != becomes}
    assert moved > {"winback"}, "no other campaign's decisions move: nothing is shown by this"


def test_only_what_differs_from_the_night_is_built(compared: dict[str, Any]) -> None:
    plan = compared["plan"]
    assert plan["edited"] == ["int_order_gaps"]
    assert plan["other_night"] == [OF_ANOTHER_NIGHT]
    assert plan["unrecorded"] == []
    assert {"int_order_gaps", "lifecycle", OF_ANOTHER_NIGHT, "winback", "decisions"} <= set(
        plan["built"]
    )
    kept = {"product_types", "stg_orders", "kept_orders", "order_lines", "type_weights"}
    assert not kept & set(plan["built"])
    assert plan["read"] > len(plan["built"])


def test_the_nights_tables_and_the_ledger_are_not_changed(compared: dict[str, Any]) -> None:
    assert compared["is_untouched"]


def test_a_night_that_was_never_built_is_reported_as_missing(
    ledger_database: str,  # noqa: ARG001 - sets PG*
    project: Project,
) -> None:
    result = _try_diff(project.folder)
    assert "NothingToCompareError" in result
    assert "the night was never built here" in result


def _try_diff(project: Path) -> str:
    from retention.commands.errors import is_fixable

    result = CliRunner().invoke(app, ["diff", "winback"], env={PROJECT_VARIABLE: str(project)})
    assert is_fixable(result.exception), result.output
    return f"{type(result.exception).__name__}: {result.exception}"
