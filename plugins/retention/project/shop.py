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


class Storefront(StrictModel):
    """The shop as its customers know it.

    Attributes:
        shop_timezone: IANA name; nights, quarters and hours are local to it.
        shop_currency: ISO 4217 code of the amounts in mails.
        product_page_url: address of a product's page; contains `{product_id}`.
        support_email: where the shop's own people read what a customer is unhappy about.
    """

    shop_name: Text
    shop_url: Text
    shop_address: Text
    shop_timezone: str
    shop_currency: Annotated[str, Field(pattern="^[A-Z]{3}$")]
    product_page_url: Annotated[str, Field(pattern=r"\{product_id\}")]
    support_email: Text

    @field_validator("shop_timezone")
    @classmethod
    def _is_known(cls, name: str) -> str:
        if name not in available_timezones():
            message = f"'{name}' is not a time zone of the IANA list, such as Europe/Helsinki"
            raise ValueError(message)
        return name


class Languages(StrictModel):
    """The languages of the mails, as BCP 47 tags.

    Attributes:
        default_locale: for customers whose own language is not among the others.
        mail_locales: every campaign is written in these.
        transactional_locales: transactional mail is also written in these.
    """

    default_locale: Text
    mail_locales: tuple[Text, ...]
    transactional_locales: tuple[Text, ...] = ()

    @model_validator(mode="after")
    def _includes_the_default(self) -> Self:
        if self.default_locale not in self.mail_locales:
            message = (
                f"mail_locales lacks '{self.default_locale}', the default_locale, which is used"
                " for customers of any other language"
            )
            raise ValueError(message)
        return self


class Sending(StrictModel):
    """Who the mails come from, and how fast they may leave.

    Attributes:
        sender_hourly_budget: most messages handed over per hour, while the addresses of a new
            sender warm up; None for no limit.
    """

    sender_email: Text
    sender_name: Text
    sender_hourly_budget: PositiveCount | None = None


class Nights(StrictModel):
    """What a night computes.

    Attributes:
        campaigns: names of the campaigns that run, each a folder under `campaigns/`.
        guarded_marts: marts that must pass the night's expectations; names of the suites.
        fitted_models: models fitted in Python between the purchases and the signals.
        night_sends_within_days: the oldest night, in days, whose messages may be planned; 0 allows
            the shop's current date only. Older nights are computed for the record.
        decay_epoch: the anchor of all decayed counts, an ISO date.
        as_of: the night that is computed, an ISO date; Airflow passes it.
    """

    campaigns: tuple[Text, ...]
    guarded_marts: tuple[Text, ...]
    fitted_models: tuple[FittedModel, ...] = ()
    night_sends_within_days: Count = 0
    decay_epoch: IsoDate
    as_of: IsoDate | None = None


class MarketingPolicy(StrictModel):
    """The limits that every marketing message obeys; hours are of the customer's clock.

    Attributes:
        quiet_hours_start: no marketing leaves from this hour ...
        quiet_hours_end: ... to this one of the next morning.
        default_window_start_hour: for customers whose purchase hours are not known.
        marketing_cap_messages: most marketing messages to a customer on one channel ...
        marketing_cap_days: ... within this number of days.
        unhappy_answers: by question of a mail, the answers after which marketing pauses ...
        unhappy_pause_days: ... for this number of days; 0 for no pause.
        daily_message_budget: most marketing messages planned per night; None for no limit.
        global_holdout_percent: share of customers who get no marketing, to measure its effect.
        holdout_salt: a new value draws every holdout again.
    """

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

    @model_validator(mode="after")
    def _is_quiet_at_night(self) -> Self:
        if self.quiet_hours_end >= self.quiet_hours_start:
            message = (
                f"quiet_hours_end ({self.quiet_hours_end}) must come before quiet_hours_start"
                f" ({self.quiet_hours_start}): marketing is sent between the two"
            )
            raise ValueError(message)
        return self


class ReferralPolicy(StrictModel):
    """What customers earn by bringing friends.

    Attributes:
        referral_salt: a new value changes every code that customers give to friends.
        referral_return_days: the return window of an order, in days.
        referral_reward_amount: reward of each of the two, such as "10.00".
        referral_minimum_spend: least amount of the friend's order that must be kept.
    """

    referral_salt: Text
    referral_return_days: Count
    referral_reward_amount: Amount
    referral_minimum_spend: Amount


class RewardPolicy(StrictModel):
    """Quarterly rewards and gift cards.

    Attributes:
        rewards_self_approve_below: a quarter's rewards worth less than this, in `shop_currency`,
            need no approval; 0 always asks a person.
        rewards_approval_days: how long a person may take to decide on a quarter's rewards.
        gift_card_codes: `made` here, or taken from the `pool` that the merchant imports.
        gift_card_valid_days: how long the shop accepts a card, from its issue.
        staff_email_domains: addresses at these domains get no reward.
    """

    rewards_self_approve_below: Annotated[Decimal, Field(ge=0)] = Decimal()
    rewards_approval_days: Annotated[float, Field(gt=0)] = 14
    gift_card_codes: Literal["made", "pool"] = "made"
    gift_card_valid_days: PositiveCount = 365
    staff_email_domains: tuple[Text, ...] = ()


class Merchandise(StrictModel):
    """Receipt lines that say nothing about what a customer wants, by their product's labels."""

    non_merchandise_departments: tuple[str, ...]
    non_merchandise_categories: tuple[str, ...]


class Shop(StrictModel):
    """The `vars` of `dbt_project.yml` by subject; analysts' models may use more variables.

    In the file all variables stand flat under `vars`; a group here holds those of its fields.
    """

    storefront: Storefront
    languages: Languages
    sending: Sending
    nights: Nights
    marketing: MarketingPolicy
    referrals: ReferralPolicy
    rewards: RewardPolicy
    merchandise: Merchandise

    @property
    def zone(self) -> ZoneInfo:
        """The shop's time zone."""
        return ZoneInfo(self.storefront.shop_timezone)

    def locales(self, *, is_marketing: bool) -> tuple[str, ...]:
        """Return the languages of a campaign of that kind."""
        if is_marketing:
            return self.languages.mail_locales
        return tuple(
            dict.fromkeys((*self.languages.mail_locales, *self.languages.transactional_locales))
        )

    def local_date(self, moment: datetime) -> date:
        """Return the shop's local date at `moment`."""
        return moment.astimezone(self.zone).date()

    def midnight(self, day: date) -> datetime:
        """Return 00:00 of `day` in the shop's time zone."""
        return datetime.combine(day, time.min, self.zone)


GROUPS: dict[str, type[StrictModel]] = {
    name: field.annotation for name, field in Shop.model_fields.items()
}


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
    groups: dict[str, StrictModel] = {}
    problems: list[str] = []
    for name, model in GROUPS.items():
        known = {key: value for key, value in variables.items() if key in model.model_fields}
        try:
            groups[name] = model.model_validate(known)
        except ValidationError as error:
            problems += explain(error, model, under="vars")
    if problems:
        raise ShopSettingsError(*(f"{file}: {problem}" for problem in problems))
    return Shop(**groups)


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
