"""The shop's settings, which analysts edit in `vars` of `dbt_project.yml`."""

from __future__ import annotations

import os
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo, available_timezones

import yaml
from pydantic import AfterValidator, Field, ValidationError, field_validator, model_validator

from retention.project.strict_model import SettingsError, StrictModel, explain

PROJECT_VARIABLE = "DBT_PROJECT_DIR"  # dbt's own variable


Text = Annotated[str, Field(min_length=1)]
Hour = Annotated[int, Field(strict=True, ge=0, le=24)]
Count = Annotated[int, Field(strict=True, ge=0)]
Percent = Annotated[float, Field(ge=0, lt=100)]
PositiveCount = Annotated[int, Field(strict=True, ge=1)]
# The keys of `retention.fits.run.MODULES`.
FittedModel = Literal["ease", "bgnbd"]
Amount = Annotated[str, Field(pattern=r"^\d{1,7}\.\d{2}$")]
IsoDate = Annotated[str, AfterValidator(lambda text: date.fromisoformat(text).isoformat())]


class ShopSettingsError(SettingsError):
    """The shop's settings in `dbt_project.yml` are invalid."""


class Shop(StrictModel):
    """The required `vars` of `dbt_project.yml`; an analyst's models may read further ones.

    Attributes:
        shop_timezone: IANA name; nights, quarters and hours are local to it.
        shop_currency: ISO 4217 code of the amounts that mails show.
        night_sends_within_days: maximum age in days of a night whose messages are planned; 0 means
            the shop's current date only. Older nights are computed for the record.
        sender_hourly_budget: maximum messages per hour while a new sender warms up; None means no
            limit.
        mail_locales: languages that every campaign is written in (BCP 47).
        transactional_locales: further languages of transactional mail.
        support_email: address of the shop's support, which reads the complaints of customers.
        campaigns: names of the active campaigns, each a folder under `campaigns/`.
        product_page_url: URL of a product's page; `{product_id}` stands for its id.
        quiet_hours_start: no marketing is sent from this hour, local to the customer ...
        quiet_hours_end: ... to this hour of the next morning.
        default_window_start_hour: send hour for customers without known purchase hours.
        marketing_cap_messages: maximum marketing messages per customer and channel ...
        marketing_cap_days: ... within this number of days.
        unhappy_answers: by question of a mail, the answers after which marketing pauses ...
        unhappy_pause_days: ... for this number of days; 0 for no pause.
        daily_message_budget: maximum marketing messages planned per night; None means no limit.
        global_holdout_percent: share of customers who get no marketing, to measure its effect.
        holdout_salt: changing it redraws every holdout.
        guarded_marts: marts that must pass the night's expectations; names of the suites.
        referral_salt: changing it changes the codes that customers give to friends.
        referral_return_days: days after an order in which items may be returned.
        referral_reward_amount: reward for each of the two customers, such as "10.00".
        referral_minimum_spend: amount of the friend's order that must be kept.
        fitted_models: models that the night fits in Python, between purchases and signals.
        rewards_self_approve_below: a quarter's rewards worth less than this, in `shop_currency`,
            need no approval; with 0 a person always decides.
        rewards_approval_days: days until the approval of a quarter's rewards times out.
        gift_card_codes: `made` here, or taken from the `pool` that the merchant imports.
        gift_card_valid_days: days from its issue in which the shop accepts a card.
        staff_email_domains: customers with an address in these domains get no reward.
        decay_epoch: origin of decayed counts, an ISO date.
        as_of: the night to compute, an ISO date; Airflow passes it.
    """

    shop_name: Text
    shop_url: Text
    shop_address: Text
    shop_timezone: str
    shop_currency: Annotated[str, Field(pattern="^[A-Z]{3}$")]
    default_locale: Text
    mail_locales: tuple[Text, ...]
    transactional_locales: tuple[Text, ...] = ()
    support_email: Text
    sender_email: Text
    sender_name: Text
    night_sends_within_days: Count = 0
    sender_hourly_budget: PositiveCount | None = None
    campaigns: tuple[Text, ...]
    product_page_url: Annotated[str, Field(pattern=r"\{product_id\}")]
    quiet_hours_start: Hour
    quiet_hours_end: Hour
    default_window_start_hour: Annotated[Hour, Field(le=23)]
    marketing_cap_messages: Count
    marketing_cap_days: PositiveCount
    unhappy_answers: dict[Text, tuple[Text, ...]]
    unhappy_pause_days: Count
    daily_message_budget: Count | None = None
    global_holdout_percent: Percent
    holdout_salt: Text
    guarded_marts: tuple[Text, ...]
    referral_salt: Text
    referral_return_days: Count
    referral_reward_amount: Amount
    referral_minimum_spend: Amount
    non_merchandise_departments: tuple[str, ...]
    non_merchandise_categories: tuple[str, ...]
    fitted_models: tuple[FittedModel, ...] = ()
    rewards_self_approve_below: Annotated[Decimal, Field(ge=0)] = Decimal()
    rewards_approval_days: Annotated[float, Field(gt=0)] = 14
    gift_card_codes: Literal["made", "pool"] = "made"
    gift_card_valid_days: PositiveCount = 365
    staff_email_domains: tuple[Text, ...] = ()
    decay_epoch: IsoDate
    as_of: IsoDate | None = None

    @field_validator("shop_timezone")
    @classmethod
    def _is_known(cls, name: str) -> str:
        if name not in available_timezones():
            message = f"'{name}' is not a time zone of the IANA list, such as Europe/Helsinki"
            raise ValueError(message)
        return name

    @model_validator(mode="after")
    def _writes_in_the_default_language(self) -> Self:
        if self.default_locale not in self.mail_locales:
            message = (
                f"mail_locales lacks '{self.default_locale}', the default_locale, which is used"
                " for customers of any other language"
            )
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _is_quiet_at_night(self) -> Self:
        if self.quiet_hours_end >= self.quiet_hours_start:
            message = (
                f"quiet_hours_end ({self.quiet_hours_end}) must come before quiet_hours_start"
                f" ({self.quiet_hours_start}): marketing is sent between the two"
            )
            raise ValueError(message)
        return self

    @property
    def zone(self) -> ZoneInfo:
        """The shop's time zone."""
        return ZoneInfo(self.shop_timezone)

    def locales(self, *, is_marketing: bool) -> tuple[str, ...]:
        """Return the languages of a campaign of that kind."""
        if is_marketing:
            return self.mail_locales
        return tuple(dict.fromkeys((*self.mail_locales, *self.transactional_locales)))

    def local_date(self, moment: datetime) -> date:
        """Return the shop's local date at `moment`."""
        return moment.astimezone(self.zone).date()

    def midnight(self, day: date) -> datetime:
        """Return 00:00 of `day` in the shop's time zone."""
        return datetime.combine(day, time.min, self.zone)


def project_directory() -> Path:
    """Return the dbt project's folder: `DBT_PROJECT_DIR`, else `dbt_project` of this checkout."""
    beside = Path(__file__).parents[3] / "dbt_project"
    return Path(os.environ.get(PROJECT_VARIABLE, beside)).resolve()


def read_shop(project: Path | None = None) -> Shop:
    """Read the shop's settings from `project`'s `dbt_project.yml`.

    Raises:
        ShopSettingsError: settings are missing or invalid; the message has the file and each key.
    """
    file = (project or project_directory()) / "dbt_project.yml"
    variables = _variables(file)
    # dbt cannot report this mistake: it fails while printing its variables.
    dates = [key for key, value in variables.items() if isinstance(value, date)]
    if dates:
        raise ShopSettingsError(
            *(f'{file}: vars.{key}: put the date in quotes: "{variables[key]}"' for key in dates)
        )
    known = {key: value for key, value in variables.items() if key in Shop.model_fields}
    try:
        return Shop.model_validate(known)
    except ValidationError as error:
        problems = explain(error, Shop, under="vars")
        raise ShopSettingsError(*(f"{file}: {problem}" for problem in problems)) from error


def _variables(file: Path) -> dict[str, Any]:
    try:
        variables = (yaml.safe_load(file.read_text(encoding="utf-8")) or {}).get("vars")
    except (OSError, yaml.YAMLError) as error:
        message = f"{file} cannot be read: {error}"
        raise ShopSettingsError(message) from error
    if not isinstance(variables, dict):
        message = f"{file}: vars is missing; it must hold the shop's settings"
        raise ShopSettingsError(message)
    return variables
