"""A copied campaign: all its names are replaced, but not words that only look alike."""

from __future__ import annotations

import pytest
import yaml

from retention.workbench.scaffold.renaming import mentions, rename_files

SQL = """\
{#- birthday's own words stay -#}
select customers.birthday, 'birthday' as word
from {{ ref('birthday_presents') }} inner join {{ ref("lifecycle") }}
where messages.campaign = 'birthday' and birthday is not null
"""
YML = """\
models:
  - name: birthday  # the campaign
    description: One row per birthday.
    data_tests:
      - holds:
          name: birthday_is_a_day
          arguments: {name: birthday}
      - holds: {name: days_are_days}
    columns:
      - name: birthday
        data_tests:
          - holds: {name: "birthday_is_known"}
unit_tests:
  - name: birthday_comes_once_a_year
    model: birthday
    given:
      - input: ref('birthday_presents')
        rows: &rows
          - {name: birthday}
  - name: nobody_is_forgotten
    model: birthday
    given: [{input: ref('birthday_presents'), rows: *rows}]
"""
FILES = {
    "birthday.sql": SQL,
    "birthday.yml": YML,
    "birthday_presents.sql": "select 1 as one\n",
    "birthday_presents.yml": "models:\n  - {name: birthday_presents}\n",
    "email.en.html": "birthday {{ ref('birthday') }}",
    "sample.yml": "en: {name: birthday}\n",
}


@pytest.fixture(scope="module")
def copied() -> dict[str, str]:
    return rename_files(FILES, "birthday", "name_day")


def test_files_are_named_after_their_models(copied: dict[str, str]) -> None:
    assert sorted(copied) == [
        "email.en.html",
        "name_day.sql",
        "name_day.yml",
        "name_day_presents.sql",
        "name_day_presents.yml",
        "sample.yml",
    ]


def test_sql_refers_to_the_new_models_and_keeps_its_columns(copied: dict[str, str]) -> None:
    expected = SQL.replace("'birthday_presents'", "'name_day_presents'")
    expected = expected.replace("campaign = 'birthday'", "campaign = 'name_day'")
    assert copied["name_day.sql"] == expected


def test_models_and_tests_are_renamed_and_columns_are_not(copied: dict[str, str]) -> None:
    (model,) = yaml.safe_load(copied["name_day.yml"])["models"]
    assert model["name"] == "name_day"
    assert model["columns"][0]["name"] == "birthday"
    assert model["columns"][0]["data_tests"] == [{"holds": {"name": "name_day_is_known"}}]
    assert model["data_tests"] == [
        {"holds": {"name": "name_day_is_a_day", "arguments": {"name": "birthday"}}},
        # dbt wants each name once, so that one without the campaign's gets it.
        {"holds": {"name": "name_day_days_are_days"}},
    ]


def test_unit_tests_are_renamed_and_their_rows_are_not(copied: dict[str, str]) -> None:
    first, second = yaml.safe_load(copied["name_day.yml"])["unit_tests"]
    assert (first["name"], second["name"]) == (
        "name_day_comes_once_a_year",
        "name_day_nobody_is_forgotten",
    )
    assert {first["model"], second["model"]} == {"name_day"}
    for test in (first, second):
        assert test["given"][0]["input"] == "ref('name_day_presents')"
        assert test["given"][0]["rows"] == [{"name": "birthday"}]


def test_comments_and_quotes_are_kept(copied: dict[str, str]) -> None:
    assert "  - name: name_day  # the campaign\n" in copied["name_day.yml"]
    assert 'name: "name_day_is_known"' in copied["name_day.yml"]


def test_mails_and_samples_are_not_changed(copied: dict[str, str]) -> None:
    assert copied["email.en.html"] == FILES["email.en.html"]
    assert copied["sample.yml"] == FILES["sample.yml"]


def test_a_step_without_the_campaigns_name_gets_the_new_one() -> None:
    copied = rename_files({"a.sql": "{{ ref('steps') }}", "steps.sql": ""}, "a", "b")
    assert copied == {"b.sql": "{{ ref('b_steps') }}", "b_steps.sql": ""}


def test_a_name_stays_within_the_length_limit_of_postgresql() -> None:
    name = "a_" + "_".join(["word"] * 12)
    text = f"unit_tests:\n  - {{name: {name}, model: a}}\n"
    copied = rename_files({"a.sql": "", "a.yml": text}, "a", "much_longer")
    (test,) = yaml.safe_load(copied["much_longer.yml"])["unit_tests"]
    assert test["name"] == "much_longer_" + "_".join(["word"] * 10)


def test_remaining_mentions_of_the_old_name_are_reported(copied: dict[str, str]) -> None:
    assert mentions(copied, "birthday") == [
        "name_day.sql, lines 1, 2, 4",
        "name_day.yml, lines 3, 7, 10, 19",
        "sample.yml, line 1",
    ]
