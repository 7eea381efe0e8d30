"""What models write is what Unicode CLDR says, as babel has it: figures, dates, plurals, lists."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import psycopg
import pytest
from babel import Locale
from babel.dates import format_datetime
from babel.lists import format_list
from babel.numbers import NumberPattern, format_currency, format_decimal, get_currency_symbol
from psycopg.types.json import Jsonb

from retention.project.figures_in_sql import date_in_sql, decimal_in_sql, list_in_sql, money_in_sql
from retention.project.shop import project_directory
from retention.project.words import PLURALS, read_words
from retention.project.words_in_sql import check_language_data, say_in_sql

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Written = Callable[..., list[str]]

# Those of the shop's own languages, and some that write otherwise.
LOCALES = ["en_GB", "en", "fi", "sv", "da", "de", "fr", "nl", "pl", "ru", "lt", "ar"]
AMOUNTS = ["0.05", "1.00", "12.50", "999.99", "1000.00", "1510.50", "1234567.89"]
CURRENCIES = ["EUR", "GBP", "USD", "SEK", "CHF", "XXX"]


@pytest.fixture(scope="module")
def written(postgres) -> Iterator[Written]:
    """Returns a function: what a piece of SQL makes of values, each by its name in the piece."""
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as connection:

        def write(piece: str, rows: list[dict[str, object]], **types: str) -> list[str]:
            for name, type_ in types.items():
                piece = piece.replace("{" + name + "}", f"(line ->> '{name}')::{type_}")
            query = (
                f"select {piece.replace('%', '%%')} from jsonb_array_elements(%s)"
                " with ordinality as lines (line, place) order by place"
            )
            return [text for (text,) in connection.execute(query, (Jsonb(rows),))]

        yield write


def test_the_models_know_the_words_as_they_are() -> None:
    check_language_data(project_directory())


@pytest.mark.parametrize("name", [each for each in LOCALES if each != "ar"])
def test_an_amount_is_written_as_cldr_has_it(written: Written, name: str) -> None:
    rows = [{"amount": amount, "currency": code} for amount in AMOUNTS for code in CURRENCIES]
    told = written(money_in_sql(Locale.parse(name)), rows, amount="numeric", currency="text")
    assert told == [_money(Decimal(row["amount"]), row["currency"], name) for row in rows]


def _money(amount: Decimal, currency: str, locale: str) -> str:
    """Return babel's amount; whole ones without decimals, letters apart from the figures."""
    pattern: NumberPattern = Locale.parse(locale).currency_formats["standard"]
    is_whole = amount == amount.to_integral_value()
    short = pattern.pattern.replace("0.00", "0") if is_whole else pattern.pattern
    text = format_currency(amount, currency, short, locale=locale, currency_digits=False)
    sign = get_currency_symbol(currency, locale=locale)
    apart = f"{sign}\u00a0" if sign[-1].isalpha() else sign
    return (
        text.replace(sign, apart, 1)
        if text.startswith(sign) and text[len(sign)].isdigit()
        else text
    )


@pytest.mark.parametrize(
    "pattern", ["d MMM", "d MMMM y", "d.M.y", "dd/MM/yy", "d MMM y 'o''clock' H.mm", "MMMM"]
)
@pytest.mark.parametrize("name", [each for each in LOCALES if each != "ar"])
def test_a_date_is_written_as_cldr_has_it(written: Written, name: str, pattern: str) -> None:
    first = datetime(2026, 1, 1, 8, 5)  # noqa: DTZ001 - a moment of the wall clock
    moments = [first + timedelta(days=17, hours=5) * number for number in range(24)]
    rows = [{"value": moment.isoformat()} for moment in moments]
    told = written(date_in_sql(pattern, Locale.parse(name)), rows, value="timestamp")
    assert told == [format_datetime(moment, pattern, locale=name) for moment in moments]


@pytest.mark.parametrize("name", [each for each in LOCALES if each != "ar"])
def test_a_list_is_joined_as_cldr_has_it(written: Written, name: str) -> None:
    lists = ["a,b", "a,b,c", "a,b,c,d"]
    piece = list_in_sql(Locale.parse(name)).replace("{names}", "string_to_array({names}, ',')")
    told = written(piece, [{"names": each} for each in lists], names="text")
    assert told == [format_list(each.split(","), locale=name) for each in lists]


@pytest.mark.parametrize("name", LOCALES)
def test_a_count_takes_the_plural_of_the_language(written: Written, name: str) -> None:
    counts = [*range(130), 201, 222, 1001, 1012]
    said = {plural: plural for plural in PLURALS}
    rows = [{"count": count} for count in counts]
    told = written(say_in_sql(said, Locale.parse(name)), rows, count="int")
    assert told == [Locale.parse(name).plural_form(count) for count in counts]


@pytest.mark.parametrize("name", ["en_GB", "fi", "sv", "de"])
def test_a_number_has_the_decimal_mark_of_the_language(written: Written, name: str) -> None:
    numbers = ["2", "0.5", "1.25"]
    rows = [{"number": number} for number in numbers]
    told = written(decimal_in_sql(Locale.parse(name)), rows, number="numeric")
    assert told == [format_decimal(Decimal(number), locale=name) for number in numbers]


@pytest.mark.parametrize("locale", sorted(read_words(project_directory())))
def test_the_patterns_of_every_language_are_written_alike_by_both(
    written: Written, locale: str
) -> None:
    words = read_words(project_directory())[locale]
    moment = datetime(2026, 9, 4, 9, 5)  # noqa: DTZ001 - a moment of the wall clock
    for form, pattern in words.dates:
        (told,) = written(
            date_in_sql(pattern, words.locale), [{"value": moment.isoformat()}], value="timestamp"
        )
        assert told == words.write_date(moment, form)
    assert date(2026, 9, 4).month == moment.month
