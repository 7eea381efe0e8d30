"""The shop's settings in `dbt_project.yml`."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import yaml

from retention.project.shop import ShopSettingsError, project_directory, read_shop

if TYPE_CHECKING:
    from pathlib import Path


def _project_with(folder: Path, **changes: object) -> Path:
    project = yaml.safe_load((project_directory() / "dbt_project.yml").read_text())
    project["vars"] |= changes
    (folder / "dbt_project.yml").write_text(yaml.safe_dump(project))
    return folder


def test_an_unknown_time_zone_is_named_with_its_file_and_key(tmp_path: Path):
    project = _project_with(tmp_path, shop_timezone="Europe/Helsingfors")
    with pytest.raises(ShopSettingsError, match=r"dbt_project.yml.*shop_timezone.*Helsingfors"):
        read_shop(project)


def test_a_missing_setting_is_named(tmp_path: Path):
    project = _project_with(tmp_path)
    text = (project / "dbt_project.yml").read_text().replace("sender_email", "sender_mail")
    (project / "dbt_project.yml").write_text(text)
    with pytest.raises(ShopSettingsError, match="sender_email"):
        read_shop(project)


def test_the_default_language_must_be_among_those_of_the_mails(tmp_path: Path):
    project = _project_with(tmp_path, mail_locales=["fi"])
    with pytest.raises(ShopSettingsError, match=r"dbt_project.yml.*mail_locales lacks 'en'"):
        read_shop(project)


@pytest.mark.parametrize(
    ("setting", "value", "complaint"),
    [
        ("shop_timezone", "Helsinky", "vars.shop_timezone: 'Helsinky' is not a time zone"),
        ("quiet_hours_start", 25, "vars.quiet_hours_start: .*less than or equal to 24"),
        ("quiet_hours_end", "8", "vars.quiet_hours_end: .*valid integer"),
        ("default_window_start_hour", 24, "less than or equal to 23"),
        ("marketing_cap_messages", -1, "vars.marketing_cap_messages: "),
        ("marketing_cap_days", 0, "vars.marketing_cap_days: "),
        ("unhappy_pause_days", -1, "vars.unhappy_pause_days: "),
        ("unhappy_answers", {"satisfaction": [1]}, r"vars.unhappy_answers.satisfaction.0: "),
        ("referral_salt", "", "vars.referral_salt: "),
        ("referral_return_days", -1, "vars.referral_return_days: "),
        ("referral_reward_amount", "10", "vars.referral_reward_amount: "),
        ("referral_minimum_spend", "-1.00", "vars.referral_minimum_spend: "),
        ("night_sends_within_days", -1, "vars.night_sends_within_days: "),
        ("campaigns", None, "vars.campaigns: "),
        ("mail_locales", ["en", False], r"vars.mail_locales.1: "),  # YAML's idea of `no`
        ("product_page_url", "https://example.com/p", "vars.product_page_url: "),
        ("decay_epoch", date(2020, 1, 1), 'decay_epoch: put the date in quotes: "2020-01-01"'),
        ("opened_on", date(2020, 1, 1), 'opened_on: put the date in quotes: "2020-01-01"'),
        ("decay_epoch", "1.1.2020", "vars.decay_epoch: Invalid isoformat string"),
    ],
)
def test_an_invalid_setting_is_named_with_its_key(
    tmp_path: Path, setting: str, value: object, complaint: str
):
    project = _project_with(tmp_path, **{setting: value})
    with pytest.raises(ShopSettingsError, match=complaint) as raised:
        read_shop(project)
    assert "Value error" not in str(raised.value)


@pytest.mark.parametrize("key", ["campaigns", "marketing_cap_messages", "guarded_marts"])
def test_a_misspelt_key_is_reported_as_missing_with_the_known_keys(tmp_path: Path, key: str):
    project = _project_with(tmp_path)
    settings = project / "dbt_project.yml"
    settings.write_text(settings.read_text().replace(f"  {key}:", f"  {key[:-1]}:"))
    with pytest.raises(ShopSettingsError, match=rf"vars\.{key}: .*missing.*keys here.* {key}"):
        read_shop(project)


def test_an_analysts_own_variable_is_allowed(tmp_path: Path):
    assert read_shop(_project_with(tmp_path, tea_season="autumn")) == read_shop()


@pytest.mark.parametrize("text", ["", "name: paluu\n", "vars: [\n", "vars: 7\n"])
def test_a_project_without_settings_is_named(tmp_path: Path, text: str):
    (tmp_path / "dbt_project.yml").write_text(text)
    with pytest.raises(ShopSettingsError, match=r"dbt_project\.yml"):
        read_shop(tmp_path)


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 3, 28, 21, 59, tzinfo=UTC), date(2026, 3, 28)),
        (datetime(2026, 3, 28, 22, 0, tzinfo=UTC), date(2026, 3, 29)),  # clocks go forward
        (datetime(2026, 3, 29, 20, 59, tzinfo=UTC), date(2026, 3, 29)),
        (datetime(2026, 3, 29, 21, 0, tzinfo=UTC), date(2026, 3, 30)),
        (datetime(2026, 10, 25, 21, 59, tzinfo=UTC), date(2026, 10, 25)),  # and back
        (datetime(2026, 10, 25, 22, 0, tzinfo=UTC), date(2026, 10, 26)),
    ],
)
def test_the_local_date_changes_at_the_shops_midnight_on_both_sides_of_a_clock_change(
    moment: datetime, day: date
):
    assert read_shop().local_date(moment) == day


def test_half_past_two_exists_once_on_every_night_for_twenty_years():
    shop = read_shop()
    for days in range(20 * 366):
        wall = datetime(2020, 1, 1, 2, 30) + timedelta(days=days)  # noqa: DTZ001
        offsets = {wall.replace(tzinfo=shop.zone, fold=fold).utcoffset() for fold in (0, 1)}
        assert len(offsets) == 1, f"{wall} is ambiguous or does not exist"


def test_the_quiet_hours_must_span_midnight(tmp_path: Path):
    project = _project_with(tmp_path, quiet_hours_start=1, quiet_hours_end=7)
    with pytest.raises(ShopSettingsError, match=r"quiet_hours_end \(7\) must come before quiet_h"):
        read_shop(project)


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("global_holdout_percent", 100),
        ("global_holdout_percent", -1),
        ("global_holdout_percent", None),
        ("daily_message_budget", -1),
        ("daily_message_budget", 1.5),
    ],
)
def test_an_invalid_share_or_count_is_named(tmp_path: Path, setting: str, value: float | None):
    project = _project_with(tmp_path, **{setting: value})
    with pytest.raises(ShopSettingsError, match=f"vars.{setting}"):
        read_shop(project)
