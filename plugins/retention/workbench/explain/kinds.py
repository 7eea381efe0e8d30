"""The kinds of values that a sentence may name, and how each is said: `{due_date:day}`.

A span of days is said as a person would: exactly below two weeks, in weeks up to two months, then
in months.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Callable

    from retention.workbench.explain.languages import Number
    from retention.workbench.explain.readers import Reader

NUMBERS = ("smallint", "integer", "bigint", "numeric", "real", "double precision")
MOMENTS = ("date", "timestamptz", "timestamp with time zone")
LISTS = ("jsonb", "text[]")
SHOWN_EVIDENCE = 3
DAYS_IN_WEEK = 7
DAYS_IN_MONTH = 30.4
FIRST_WEEKS, FIRST_MONTHS = 14, 60  # days from which a span is shown in weeks, in months


@dataclass(frozen=True)
class Kind:
    """One way to say a value.

    Attributes:
        tell: makes text of a value that is not null.
        data_types: columns of these types can be told so; any when it is empty.
    """

    tell: Callable[[Any, Reader], str]
    data_types: tuple[str, ...] = ()

    def fits(self, data_type: str) -> bool:
        """Whether a column of the type, as its YAML writes it, can be told so."""
        bare = data_type.lower().partition("(")[0].strip()
        return not self.data_types or bare in self.data_types


def _as_it_is(value: object, reader: Reader) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return _yes_no(value, reader)
    if isinstance(value, date):
        return _day(value, reader)
    if isinstance(value, list):
        return _list(value, reader)
    return _number(cast("Number", value), reader)


def _yes_no(value: bool, reader: Reader) -> str:  # noqa: FBT001
    return reader.language.say("yes" if value else "no")


def _day(value: date, reader: Reader) -> str:
    if isinstance(value, datetime):
        value = reader.shop.local_date(value)
    return reader.language.day(value)


def _number(value: Number, reader: Reader) -> str:
    """Return a number with at most one decimal, with two where it is under a tenth."""
    decimals = 2 if abs(value) < 0.1 else 1  # noqa: PLR2004
    rounded = round(float(value), decimals)
    return reader.language.number(rounded, 0 if rounded % 1 == 0 else decimals)


def _percent(value: Number, reader: Reader) -> str:
    if 0 < value < 0.01:  # noqa: PLR2004
        return reader.language.say("under_one_percent")
    if 0.99 < value < 1:  # noqa: PLR2004
        return reader.language.say("over_99_percent")
    return reader.language.percent(value)


def _money(value: Number, reader: Reader) -> str:
    return reader.language.money(value, reader.shop.storefront.shop_currency)


def _span(days: Number) -> tuple[int, str]:
    """Return a number of days as a count and its unit."""
    if days >= FIRST_MONTHS:
        return round(float(days) / DAYS_IN_MONTH), "months"
    if days >= FIRST_WEEKS or round(days) == DAYS_IN_WEEK:
        return round(float(days) / DAYS_IN_WEEK), "weeks"
    return round(days), "days"


def _days(value: Number, reader: Reader) -> str:
    count, unit = _span(value)
    return reader.language.say(unit, count)


def _every(value: Number, reader: Reader) -> str:
    count, unit = _span(max(value, 1))
    return reader.language.say(f"every_{unit}", count)


def _ago(value: Number, reader: Reader) -> str:
    if value <= 1:
        return reader.language.say("yesterday" if round(value) else "today")
    return reader.language.say("ago", span=_days(value, reader))


def _hour(value: int, reader: Reader) -> str:
    return reader.language.say("hour", hour=value)


def _three_hours(value: int, reader: Reader) -> str:
    return reader.language.say("hours", hour=value, end=(value + 3) % 24)


def _list(value: list[Any], reader: Reader) -> str:
    return reader.language.list_of([_as_it_is(item, reader) for item in value])


def _product_type(value: str, reader: Reader) -> str:
    """Return the name that people know; of a type without one, the shop's own in lower case."""
    return reader.type_names.get(value, value.lower())


def _product_types(value: list[str], reader: Reader) -> str:
    return reader.language.list_of([_product_type(item, reader) for item in value])


def _evidence(value: list[dict[str, Any]], reader: Reader) -> str:
    told = [_proof(item, reader) for item in value[:SHOWN_EVIDENCE]]
    if len(value) > SHOWN_EVIDENCE:
        told.append(reader.language.say("more", len(value) - SHOWN_EVIDENCE))
    return "; ".join(told)


def _proof(item: dict[str, Any], reader: Reader) -> str:
    """Return one order line, cart line or visit: its day, what it was, and how much of it."""
    days = [_day_in(item[key], reader) for key in item if key.endswith(("_date", "_at"))]
    what = item.get("product_name") or _product_type(item.get("product_type") or "", reader)
    said = " ".join(filter(None, [*days[:1], what]))
    if item.get("quantity", 1) != 1:
        pieces = reader.language.say("pieces", number=_number(item["quantity"], reader))
        said = f"{said} {pieces}"
    if item.get("net_amount") is not None:
        said = f"{said}, {_money(float(item['net_amount']), reader)}"
    if item.get("order_id"):
        said = f"{said} ({reader.language.say('order', order=item['order_id'])})"
    return said


def _day_in(text: str | None, reader: Reader) -> str:
    """Return the local day of a date or a moment as JSON has it."""
    if text is None:
        return ""
    moment = datetime.fromisoformat(text)
    return _day(moment if moment.tzinfo else moment.date(), reader)


KINDS = {
    "": Kind(_as_it_is),
    "yes_no": Kind(_yes_no, ("boolean",)),
    "day": Kind(_day, MOMENTS),
    "days": Kind(_days, NUMBERS),
    "every": Kind(_every, NUMBERS),
    "ago": Kind(_ago, NUMBERS),
    "number": Kind(_number, NUMBERS),
    "percent": Kind(_percent, NUMBERS),
    "money": Kind(_money, NUMBERS),
    "hour": Kind(_hour, NUMBERS),
    "three_hours": Kind(_three_hours, NUMBERS),
    "list": Kind(_list, LISTS),
    "evidence": Kind(_evidence, ("jsonb",)),
    "product_type": Kind(_product_type, ("text",)),
    "product_types": Kind(_product_types, LISTS),
}
