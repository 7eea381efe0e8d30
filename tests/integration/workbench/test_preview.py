"""`retention preview`: the data of the mails, the page, and the exit code."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import psycopg
import pytest

from retention.mail.candidate import read_sample_data
from retention.mail.source import MailTemplateError
from retention.project.campaigns import CampaignError
from retention.project.shop import project_directory, read_shop
from retention.workbench.preview.candidates import NoCandidateError

if TYPE_CHECKING:
    from pathlib import Path

    from tests.integration.workbench.conftest import Workbench

SAMPLE = read_sample_data(project_directory(), "winback").contexts
CONTEXT = {**SAMPLE["fi"], "elapsed": "noin 9 viikkoa"}


def build(url: str, prefix: str, *rows: tuple[str, float, str]) -> None:
    """Leave a build of winback in the database: customer, score and occasion of each candidate."""
    with psycopg.connect(url) as connection:
        connection.execute(
            f"create schema {prefix}campaigns; create schema {prefix}staging;"
            f" create table {prefix}campaigns.winback (customer_id text, occasion text, score"
            " float8, reason text, context jsonb);"
            f" create table {prefix}staging.stg_customers (customer_id text, first_name text,"
            " locale text);"
            f" insert into {prefix}staging.stg_customers values ('7', 'Aino', 'fi-FI')"
        )
        connection.cursor().executemany(
            f"insert into {prefix}campaigns.winback values (%s, %s, %s, 'Long gone.', %s)",
            [
                (customer, occasion, score, json.dumps(CONTEXT))
                for customer, score, occasion in rows
            ],
        )


def page(workbench: Workbench) -> str:
    return (workbench.project.parent / "build/preview/winback.html").read_text()


def failure(workbench: Workbench, *words: str) -> str:
    """Return the error of a failed command, which `main` prints in one line."""
    failed = workbench.retention(*words)
    assert failed.exit_code == 1
    assert isinstance(failed.exception, NoCandidateError)
    return str(failed.exception)


def test_a_customers_mail_is_shown_with_data_of_the_last_build(
    workbench: Workbench, ledger_database: str
) -> None:
    build(ledger_database, "", ("7", 0.5, "order-1"), ("7", 0.6, "order-2"))
    shown = workbench.retention("preview", "winback", "--customer", "7")
    assert shown.exit_code == 0, shown.output
    assert (
        "shown with customer 7 in campaigns.winback, occasion order-2: Long gone." in shown.output
    )
    written = page(workbench)
    assert "noin 9 viikkoa" in written
    assert "Pitkästä aikaa, Aino" in written
    assert "been a while" not in written
    assert "Without optional data" not in written
    assert written.count("sent to this customer") == 1


def test_a_customers_mail_is_shown_in_no_other_language_than_the_customers(
    workbench: Workbench, ledger_database: str
) -> None:
    build(ledger_database, "", ("7", 0.5, "order-1"))
    shown = workbench.retention("preview", "winback", "--customer", "7", "--locale", "fi")
    assert shown.exit_code == 0, shown.output
    failed = workbench.retention("preview", "winback", "--customer", "7", "--locale", "en")
    assert isinstance(failed.exception, CampaignError)
    assert "written to in 'fi', and in no other language" in str(failed.exception)


def test_an_analysts_own_build_takes_precedence_over_the_nights(
    workbench: Workbench, ledger_database: str
) -> None:
    build(ledger_database, "", ("7", 0.5, "order-1"), ("8", 0.5, "order-3"))
    build(ledger_database, "analyst_", ("7", 0.5, "order-2"))
    shown = workbench.retention("preview", "winback", "--customer", "7")
    assert "customer 7 in analyst_campaigns.winback, occasion order-2" in shown.output
    shown = workbench.retention("preview", "winback", "--customer", "8")
    assert "customer 8 in campaigns.winback, occasion order-3" in shown.output


def test_a_customer_who_is_not_a_candidate_is_reported_with_some_candidates(
    workbench: Workbench, ledger_database: str
) -> None:
    build(ledger_database, "", ("7", 0.5, "order-1"), ("8", 0.6, "order-3"))
    told = failure(workbench, "preview", "winback", "--customer", "9")
    assert told.startswith(
        "customer '9' is not a candidate of 'winback'; candidates in campaigns are for example 8, 7"
    )


def test_a_campaign_that_was_never_built_is_reported_with_the_command_to_build_it(
    workbench: Workbench,
) -> None:
    told = failure(workbench, "preview", "winback", "--customer", "9")
    assert "'winback' was never built here: `dbt build --select +winback" in told


def test_a_build_without_candidates_is_reported(workbench: Workbench, ledger_database: str) -> None:
    build(ledger_database, "")
    told = failure(workbench, "preview", "winback", "--customer", "9")
    assert told.startswith("'winback' has no candidates in campaigns")


def test_the_page_shows_every_language_twice_and_without_optional_data(
    workbench: Workbench,
) -> None:
    shown = workbench.retention("preview", "winback")
    assert shown.exit_code == 0, shown.output
    written = page(workbench)
    languages = len(read_shop().languages.mail_locales)
    assert written.count("<iframe") == 2 * 2 * languages
    assert "Without optional data: first_name, favourites" in written
    assert "No warnings." in written
    # The mail is in an attribute: characters that would end it must be escaped.
    assert 'srcdoc="&lt;!doctype html&gt;' in written


def test_one_language_can_be_selected(workbench: Workbench) -> None:
    workbench.retention("preview", "winback", "--locale", "fi")
    assert "Pitkästä aikaa" in page(workbench)
    assert "been a while" not in page(workbench)


def test_warnings_are_on_the_page_too_and_keep_the_exit_code_0(workbench: Workbench) -> None:
    file = workbench.project / "campaigns/winback/email.en.html"
    file.write_text(file.read_text().replace("{{elapsed}}", "{{elapse}}"))
    shown = workbench.retention("preview", "winback")
    assert shown.exit_code == 0
    warning = "campaigns/winback/email.en.html, line 8: 'elapse' is not in the data of"
    assert f"! {warning}" in shown.output
    assert "1 warning" in page(workbench)
    assert "<code>campaigns/winback/email.en.html, line 8</code>" in page(workbench)
    checked = workbench.retention("check")
    assert checked.exit_code == 0
    assert f"! {warning}" in checked.output
    assert checked.output.endswith("suites: 1 warning\n")


def test_an_error_makes_the_exit_code_one(workbench: Workbench) -> None:
    _break(workbench.project)
    failed = workbench.retention("preview", "winback")
    assert failed.exit_code == 1
    assert isinstance(failed.exception, MailTemplateError)
    assert "${nothing} is not known here" in str(failed.exception)


def test_all_mails_get_a_page_each_and_an_index(workbench: Workbench) -> None:
    shown = workbench.retention("preview", "--all")
    assert shown.exit_code == 0, shown.output
    folder = workbench.project.parent / "build/preview"
    index = (folder / "index.html").read_text()
    assert folder.stat().st_mode & 0o077 == 0
    for name in ("winback", "second_purchase", "replenishment_reminder"):
        assert f'href="{name}.html"' in index
        assert 'href="index.html"' in (folder / f"{name}.html").read_text()


def test_a_broken_campaign_does_not_hide_the_others(workbench: Workbench) -> None:
    _break(workbench.project)
    shown = workbench.retention("preview", "--all")
    assert shown.exit_code == 1
    assert "✗ campaigns/winback/email.en.html, line" in shown.output
    index = (workbench.project.parent / "build/preview/index.html").read_text()
    assert "second_purchase.html" in index
    assert "winback.html" not in index


@pytest.mark.parametrize("words", [(), ("winback", "--all"), ("--all", "--customer", "7")])
def test_contradictory_arguments_are_refused(workbench: Workbench, words: tuple[str, ...]) -> None:
    assert workbench.retention("preview", *words).exit_code == 2


def _break(project: Path) -> None:
    file = project / "campaigns/winback/email.en.html"
    file.write_text(file.read_text().replace("${headline}", "${nothing}"))
