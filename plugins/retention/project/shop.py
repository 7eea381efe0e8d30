"""The shop's own settings, read from where analysts edit them: `vars` of `dbt_project.yml`."""

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

PROJECT_VARIABLE = "DBT_PROJECT_DIR"  # dbt's own name for the same thing


Text = Annotated[str, Field(min_length=1)]
Hour = Annotated[int, Field(strict=True, ge=0, le=24)]
Count = Annotated[int, Field(strict=True, ge=0)]
Percent = Annotated[float, Field(ge=0, lt=100)]
PositiveCount = Annotated[int, Field(strict=True, ge=1)]
# One each for `retention.fits.run.MODULES`.
FittedModel = Literal["ease", "bgnbd"]
Amount = Annotated[str, Field(pattern=r"^\d{1,7}\.\d{2}$")]
IsoDate = Annotated[str, AfterValidator(lambda text: date.fromisoformat(text).isoformat())]


class ShopSettingsError(SettingsError):
    """`dbt_project.yml` says something about the shop that cannot be."""


class Shop(StrictModel):
    """What `vars` of `dbt_project.yml` must say; models of an analyst may ask for more.

    Attributes:
        shop_timezone: IANA name; nights, quarters and hours are local to it.
        shop_currency: ISO 4217 code of the amounts that mails show.
        night_sends_within_days: how old a night's date may be for its messages to be planned; 0 is
            the shop's present date only. Older nights are computed for the record.
        sender_hourly_budget: hand over at most so many messages an hour, while the addresses of a
            new sender warm up; None is no bound.
        mail_locales: languages that every campaign is written in (BCP 47).
        transactional_locales: languages that transactional mail is written in besides.
        support_email: where the shop's own people read what a customer is unhappy about.
        campaigns: names of the campaigns that run, each a folder under `campaigns/`.
        product_page_url: where a product's page is; `{product_id}` stands for its id.
        quiet_hours_start: no marketing leaves from this hour of the customer's clock ...
        quiet_hours_end: ... to this one of the next morning.
        default_window_start_hour: of a customer whose purchase hours are not known.
        marketing_cap_messages: at most so many marketing messages to a customer by one channel ...
        marketing_cap_days: ... in so many days.
        unhappy_answers: by question of a mail, the answers after which marketing pauses ...
        unhappy_pause_days: ... for so many days; 0 for no pause.
        daily_message_budget: a night plans at most so many marketing messages; None is no bound.
        global_holdout_percent: share of customers who get no marketing, to measure what it brings.
        holdout_salt: changing it draws every holdout anew.
        guarded_marts: what must have passed the night's expectations; names of the suites.
        referral_salt: changing it makes the codes anew that customers give to friends.
        referral_return_days: for so many days after an order something of it may come back.
        referral_reward_amount: what a referral brings to each of the two, such as "10.00".
        referral_minimum_spend: so much of the friend's order must be kept.
        fitted_models: what the night fits in Python between the purchases and the signals.
        rewards_self_approve_below: a quarter's rewards worth less than that, in `shop_currency`,
            need no person; 0 always asks one.
        rewards_approval_days: how long a person may take to decide on a quarter's rewards.
        gift_card_codes: `made` here, or taken from the `pool` that the merchant imports.
        gift_card_valid_days: for so long the shop takes a card, from its issue on.
        staff_email_domains: who has an address there gets no reward.
        decay_epoch: where decayed counts are anchored, an ISO date.
        as_of: the night that is computed, an ISO date; Airflow passes it.
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
                f"mail_locales lacks '{self.default_locale}', the default_locale, in which"
                " customers of any other language are written to"
            )
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _is_quiet_at_night(self) -> Self:
        if self.quiet_hours_end >= self.quiet_hours_start:
            message = (
                f"quiet_hours_end ({self.quiet_hours_end}) must come before quiet_hours_start"
                f" ({self.quiet_hours_start}) on the day between them, in which marketing leaves"
            )
            raise ValueError(message)
        return self

    @property
    def zone(self) -> ZoneInfo:
        """The shop's time zone."""
        return ZoneInfo(self.shop_timezone)

    def locales(self, *, is_marketing: bool) -> tuple[str, ...]:
        """Return the languages in which a campaign of that kind is written."""
        if is_marketing:
            return self.mail_locales
        return tuple(dict.fromkeys((*self.mail_locales, *self.transactional_locales)))

    def local_date(self, moment: datetime) -> date:
        """Return the date on the shop's wall calendar at `moment` (aware)."""
        return moment.astimezone(self.zone).date()

    def midnight(self, day: date) -> datetime:
        """Return 00:00 of `day` on the shop's wall clock, aware."""
        return datetime.combine(day, time.min, self.zone)


def project_directory() -> Path:
    """Return the dbt project's folder: `DBT_PROJECT_DIR`, else `dbt_project` of this checkout."""
    beside = Path(__file__).parents[3] / "dbt_project"
    return Path(os.environ.get(PROJECT_VARIABLE, beside)).resolve()


def read_shop(project: Path | None = None) -> Shop:
    """Read the shop's settings from `project`'s `dbt_project.yml`.

    Raises:
        ShopSettingsError: settings are missing or cannot be; names the file and each key.
    """
    file = (project or project_directory()) / "dbt_project.yml"
    variables = _variables(file)
    # dbt cannot say what is wrong with such a project: it fails at telling its variables.
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
        message = f"{file}: vars is missing; the shop's settings stand under it"
        raise ShopSettingsError(message)
    return variables
