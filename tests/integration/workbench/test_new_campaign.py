"""`retention new campaign`: new campaigns parse, pass their tests, and can be previewed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml

from retention.database import connect
from retention.project.shop import read_shop
from tests.conftest import fresh_database
from tests.integration.workbench.conftest import Workbench, copy_project

if TYPE_CHECKING:
    from collections.abc import Iterator

    from demo.postgres import Cluster

MADE = {
    "thanks": (),
    "receipt": ("--kind", "transactional"),
    "comeback": ("--like", "winback"),
    "again": ("--like", "second_purchase"),
}
REGULARS = """
insert into signals.lifecycle (
    customer_id, order_count, recency_days, first_ordered_at, last_ordered_at,
    activity_probability
)
select number::text, number, 1, '2026-11-21 12:00+02', '2026-11-21 12:00+02', 1
from generate_series(1, 3000) as numbers (number)
"""


@pytest.fixture(scope="module")
def made(
    postgres: Cluster, ledger_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Workbench]:
    """New campaigns of every kind and the models they read, built for a shop without sales."""
    workbench = copy_project(tmp_path_factory.mktemp("workbench"))
    with (
        pytest.MonkeyPatch.context() as environment,
        fresh_database(postgres, environment, ledger_template),
    ):
        for name, options in MADE.items():
            done = workbench.retention("new", "campaign", name, *options)
            assert done.exit_code == 0, done.output
            assert f"retention preview {name}" in done.output
        workbench.build_upstream(*MADE)
        yield workbench


def test_new_campaigns_are_listed_and_pass_the_check(made: Workbench) -> None:
    assert set(MADE) <= set(read_shop(made.project).nights.campaigns)
    checked = made.retention("check")
    assert checked.exit_code == 0, checked.output
    assert checked.output.endswith("no problems\n")


def test_new_campaigns_pass_their_tests(made: Workbench) -> None:
    built = made.dbt("build", "--select", *(f"path:campaigns/{name}" for name in MADE))
    assert built.returncode == 0, built.stdout
    tests = [
        f"{test['model']}::{test['name']}"
        for name in MADE
        for file in (made.project / "campaigns" / name).rglob(f"{name}*.yml")
        for test in yaml.safe_load(file.read_text()).get("unit_tests", ())
    ]
    assert "thanks::thanks_thanks_for_the_order_of_a_round_number" in tests
    assert any(test.startswith("comeback::comeback_") for test in tests)
    assert [test for test in tests if f"PASS {test} " not in built.stdout] == []


@pytest.mark.parametrize(
    ("name", "is_marketing"), [("thanks", True), ("receipt", False), ("comeback", True)]
)
def test_the_mails_of_a_new_campaign_can_be_previewed(
    made: Workbench, name: str, *, is_marketing: bool
) -> None:
    languages = ", ".join(read_shop().locales(is_marketing=is_marketing))
    shown = made.retention("preview", name)
    assert shown.exit_code == 0, shown.output
    assert f"{name} ({languages}), shown with the made-up candidate" in shown.output
    page = (made.project.parent / f"build/preview/{name}.html").read_text()
    assert "No warnings." in page


def test_a_starter_finds_nobody_until_its_threshold_is_changed(made: Workbench) -> None:
    run = ("run", "--select", "thanks")
    with connect() as connection:
        connection.execute(REGULARS)
        assert made.dbt(*run).returncode == 0
        assert connection.execute("select * from campaigns.thanks").fetchall() == []
        rule = made.project / "campaigns/thanks/thanks.sql"
        rule.write_text(rule.read_text().replace("order_number = 10000", "order_number = 10"))
        assert made.dbt(*run).returncode == 0
        (found,) = connection.execute(
            "select customer_id, occasion, score, reason, context from campaigns.thanks"
        ).fetchall()
    assert found == (
        "10",
        "order-10",
        0.875,
        "Placed order number 10 on 2026-11-21.",
        {"order_count": 10},
    )


def test_a_copy_says_that_it_writes_to_the_same_people(workbench: Workbench) -> None:
    copied = workbench.retention("new", "campaign", "comeback", "--like", "winback")
    assert "From the next night it writes to the same customers as 'winback'." in copied.output
    assert "It finds nobody yet" in workbench.retention("new", "campaign", "thanks").output


def test_like_and_kind_exclude_each_other(workbench: Workbench) -> None:
    words = ("new", "campaign", "comeback", "--like", "winback", "--kind", "marketing")
    refused = workbench.retention(*words)
    assert refused.exit_code == 2
    assert "--like copies the kind too" in refused.output
