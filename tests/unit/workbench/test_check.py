"""`retention check`: reports all problems of a project at once."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from retention.commands import app
from retention.project.campaigns import CampaignError
from retention.project.manifest import current_manifest
from retention.project.shop import PROJECT_VARIABLE, ShopSettingsError, project_directory
from tests.languages import keep_english_and_finnish

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the whole project with its manifest, to be broken at will."""
    current_manifest()
    copy = tmp_path / "project"
    shutil.copytree(project_directory(), copy, ignore=shutil.ignore_patterns("logs"))
    return copy


@pytest.fixture
def check(project: Path) -> Callable[[], Result]:
    """Returns a function that runs the command on the copy."""
    # Wide enough that no line is broken.
    environment = {PROJECT_VARIABLE: str(project), "COLUMNS": "1000"}
    return lambda: CliRunner().invoke(app, ["check"], env=os.environ | environment)


def _change(file: Path, words: str, others: str) -> None:
    text = file.read_text()
    assert words in text
    file.write_text(text.replace(words, others))


def test_a_consistent_project_gives_one_line(check: Callable[[], Result], project: Path):
    checked = check()
    assert checked.exit_code == 0
    campaigns, mails, suites = (
        len(list(project.glob(files)))
        for files in ("campaigns/*/", "campaigns/*/email.*.html", "expectations/**/*.yml")
    )
    counts = f"{campaigns} campaigns, {mails} mails, {suites} suites"
    assert checked.output == f"checked {counts}: no problems\n"


def test_all_problems_of_mails_and_suites_are_reported_at_once(
    project: Path, check: Callable[[], Result]
):
    campaigns, suites = project / "campaigns", project / "expectations"
    _change(campaigns / "winback/email.en.html", "{{/each}}", "{{/if}}")
    (campaigns / "winback/email.fi.html").unlink()
    _change(campaigns / "second_purchase/email.en.html", "---\n", "")
    _change(campaigns / "second_purchase/email.fi.html", "${shop_url}", "5 $")
    _change(campaigns / "replenishment_reminder/email.fi.html", "{{name}}", "{{{name}}}")
    _change(project / "mail_layouts/email.html", "{{{unsubscribe}}}", "https://example.com")
    _change(suites / "lifecycle.yml", "expect_column_stdev_to_be_between", "expect_deviation")
    _change(suites / "kept_orders.yml", "severity: warning", "severity: mild")
    _change(suites / "purchase_hours.yml", "keys: [customer_id]", "keys: [")
    _change(project / "models/signals/lifecycle.yml", "{recency_days:ago}", "{recency_days:hence}")
    checked = check()
    assert checked.exit_code == 1
    for told in (
        "campaigns/winback/email.en.html, line ",
        "campaigns/winback/email.fi.html is missing",
        "campaigns/second_purchase/email.en.html: begin with front matter",
        "campaigns/second_purchase/email.fi.html, line ",
        "write a dollar sign as $$",
        "campaigns/replenishment_reminder/email.fi.html, line ",
        "write {{name}}: with three braces",
        "mail_layouts/email.html: no {{{unsubscribe}}} link",
        "expectations/lifecycle.yml: expectation 7: expect_deviation not found",
        "expectations/kept_orders.yml: expectations.2.severity: ",
        "expectations/purchase_hours.yml, line ",
        "models/signals/lifecycle.yml: config.meta.explain.sentences.3.fi: {recency_days:hence}: ",
    ):
        assert told in checked.output
    assert "problems in" in checked.output


def test_questions_of_mails_are_checked_with_their_words_and_unhappy_answers(
    project: Path, check: Callable[[], Result]
):
    keep_english_and_finnish(project)
    questions = "questions: {satisfaction: [good, '2']}\n          owner:"
    _change(project / "campaigns/winback/winback.yml", "owner:", questions)
    _change(project / "dbt_project.yml", "review: [poor]", "review: [poor, awful]")
    output = check().output
    for locale in ("en", "fi"):
        assert f"words/{locale}.yml: questions.satisfaction.answers: add 'good'" in output
        mail = f"campaigns/winback/email.{locale}.html"
        assert f"{mail}: there is no link to {{{{answers}}}}/satisfaction/2" in output
    assert "vars.unhappy_answers.review: 'awful' is no answer to it" in output
    assert "'2' is no answer" not in output
    assert "7 problems" in output


def test_words_that_one_language_lacks_and_that_models_do_not_know_are_told(
    project: Path, check: Callable[[], Result]
):
    _change(project / "words/fi.yml", "  often_bought: Ostetuimpiemme", "  bought: Ostetuimpiemme")
    output = check().output
    assert "words/fi.yml: add mails.often_bought, which words/en.yml has" in output
    assert "words/fi.yml: mails.bought is not in words/en.yml" in output
    assert "language_data.sql does not have the words of words/: run `retention words`" in output
    assert "3 problems" in output


def test_a_possible_mistake_is_a_warning_and_not_a_problem(
    project: Path, check: Callable[[], Result]
):
    _change(project / "campaigns/winback/email.en.html", "{{elapsed}}", "{{elapse}}")
    (project / "campaigns/second_purchase/sample.yml").unlink()
    checked = check()
    assert checked.exit_code == 0
    told = checked.output.splitlines()
    assert told[0] == (
        "! campaigns/second_purchase/sample.yml is missing: without it there is nobody to show the"
        " mails with"
    )
    assert told[1].startswith("! campaigns/winback/email.en.html, line 8: 'elapse' is not in the")
    assert told[2].startswith("checked ")
    assert told[2].endswith(" suites: 2 warnings")


def test_problems_are_printed_before_warnings(project: Path, check: Callable[[], Result]):
    _change(project / "campaigns/winback/email.en.html", "{{elapsed}}", "{{elapse}}")
    _change(project / "campaigns/second_purchase/email.en.html", "${headline}", "${nothing}")
    checked = check()
    assert checked.exit_code == 1
    assert [line[0] for line in checked.output.splitlines()] == ["✗", "!", "1"]


def test_a_suite_without_a_model_is_named(project: Path, check: Callable[[], Result]):
    (project / "expectations/churn.yml").write_text("mart: churn\nkeys: []\nexpectations: []\n")
    _change(project / "dbt_project.yml", "guarded_marts: [", "guarded_marts: [churn, ")
    checked = check()
    assert checked.exit_code == 1
    assert "expectations/churn.yml: there is no dbt model 'churn'" in checked.output


def test_mails_and_suites_are_checked_though_the_settings_are_wrong(
    project: Path, check: Callable[[], Result]
):
    _change(project / "dbt_project.yml", "    - winback\n", "    - winback\n    - anniversary\n")
    (project / "campaigns/winback/email.fi.html").unlink()
    (project / "expectations/lifecycle.yml").write_text("mart: [")
    output = check().output
    assert "'anniversary' is listed in vars.campaigns" in output
    assert "winback/email.fi.html is missing" in output
    assert "expectations/lifecycle.yml, line 1: not YAML" in output
    assert "3 problems" in output


def test_wrong_settings_are_reported_as_the_reason_for_unchecked_mails(
    project: Path, check: Callable[[], Result]
):
    _change(project / "dbt_project.yml", "quiet_hours_end: 8", "quiet_hours_end: 25")
    output = check().output
    assert "vars.quiet_hours_end: " in output
    assert "Mails are checked once the shop's settings are right." in output


@pytest.mark.parametrize(
    ("words", "others", "error", "complaint"),
    [
        ("    - winback\n", "    - anniversary\n", CampaignError, "'anniversary' is listed"),
        ("Europe/Helsinki", "Helsinky", ShopSettingsError, "'Helsinky' is not a time zone"),
        ("  campaigns:\n", "  campaign:\n", ShopSettingsError, "vars.campaigns: this key is miss"),
        ("_cap_messages:", "_cap_mesages:", ShopSettingsError, "vars.marketing_cap_messages: "),
        ("lifecycle, ", "", CampaignError, "add 'lifecycle' to vars.guarded_marts"),
    ],
)
def test_our_own_messages_come_before_those_of_dbt(
    project: Path, words: str, others: str, error: type[Exception], complaint: str
):
    _change(project / "dbt_project.yml", words, others)
    with pytest.raises(error, match=complaint):
        current_manifest(project)


def test_airflow_reads_the_manifest_without_great_expectations():
    import subprocess
    import sys

    code = "import sys, retention.project.manifest; sys.exit('great_expectations' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
