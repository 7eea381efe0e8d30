"""How each kind of value is said in English and in Finnish."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from retention.project.shop import project_directory
from retention.workbench.explain.kinds import KINDS
from retention.workbench.explain.languages import NO_BREAK
from retention.workbench.explain.readers import read_reader
from retention.workbench.explain.sentences import tell
from tests.shops import shop_that

COFFEE = {
    "order_id": "17",
    "ordered_date": "2026-10-24",
    "product_name": "Dark Roast",
    "quantity": 2,
    "net_amount": 12.5,
}

TOLD = [
    ("", "text as it is", "text as it is", "text as it is"),
    ("", 34, "34", "34"),
    ("", Decimal("2.70000"), "2.7", "2,7"),
    ("", True, "yes", "kyllä"),
    ("", date(2026, 10, 24), "24 October 2026", "24.10.2026"),
    ("", ["a", "b"], "a and b", "a ja b"),
    ("yes_no", False, "no", "ei"),
    ("day", date(2026, 3, 1), "1 March 2026", "1.3.2026"),
    # 23:30 in London is half past one in Helsinki.
    ("day", datetime(2026, 1, 1, 23, 30, tzinfo=UTC), "2 January 2026", "2.1.2026"),
    ("days", 1, "1 day", "1 päivä"),
    ("days", Decimal("6.4"), "6 days", "6 päivää"),
    ("days", 7, "1 week", "1 viikko"),
    ("days", 13, "13 days", "13 päivää"),
    ("days", 21, "3 weeks", "3 viikkoa"),
    ("days", 59, "8 weeks", "8 viikkoa"),
    ("days", 60, "2 months", "2 kuukautta"),
    ("every", 0.3, "every day", "joka päivä"),
    ("every", 3, "every 3 days", "3 päivän välein"),
    ("every", Decimal("7.3"), "every week", "joka viikko"),
    ("every", 22, "every 3 weeks", "3 viikon välein"),
    ("every", 91, "every 3 months", "3 kuukauden välein"),
    ("ago", 0, "today", "tänään"),
    ("ago", 1, "yesterday", "eilen"),
    ("ago", 21, "3 weeks ago", "3 viikkoa sitten"),
    ("number", 1234567, "1,234,567", "1 234 567"),
    ("number", Decimal("24.96"), "25", "25"),
    ("number", 0.042, "0.04", "0,04"),
    ("percent", 0.384, "38%", "38 %"),
    ("percent", 0, "0%", "0 %"),
    ("percent", 0.004, "under 1%", "alle 1 %"),
    ("percent", 0.996, "over 99%", "yli 99 %"),
    ("percent", 1, "100%", "100 %"),
    ("money", Decimal("12.50"), "€12.50", "12,50 €"),
    ("money", Decimal(1972), "€1,972.00", "1 972,00 €"),
    ("hour", 9, "09:00", "klo 9"),
    ("three_hours", 17, "17:00-20:00", "klo 17-20"),
    ("three_hours", 23, "23:00-02:00", "klo 23-2"),
    ("list", ["a", "b", "c"], "a, b and c", "a, b ja c"),
    ("list", ["a"], "a", "a"),
    ("product_type", "GROUND COFFEE", "coffee", "kahvi"),
    ("product_type", "HORSE SHOES", "horse shoes", "horse shoes"),
    ("product_types", ["GROUND COFFEE", "SUGAR"], "coffee and sugar", "kahvi ja sokeri"),
    (
        "evidence",
        [COFFEE],
        "24 October 2026 Dark Roast x 2, €12.50 (order 17)",
        "24.10.2026 Dark Roast 2 kpl, 12,50 € (tilaus 17)",
    ),
    (
        "evidence",
        [{"viewed_at": "2026-10-24T22:30:00+00:00", "product_type": "GROUND COFFEE"}],
        "25 October 2026 coffee",
        "25.10.2026 kahvi",
    ),
    (
        "evidence",
        [{"product_name": name, "quantity": 1} for name in "abcde"],
        "a; b; c; and 2 more",
        "a; b; c; ja vielä 2",
    ),
]


def _plain(text: str | None) -> str:
    """Return a text with the keyboard's signs instead of the typographer's."""
    signs = {NO_BREAK: " ", "\u2013": "-", "\u00d7": "x"}
    return (text or "").translate(str.maketrans(signs))


@pytest.mark.parametrize(("kind", "value", "english", "finnish"), TOLD)
def test_a_value_is_said_as_people_say_it(
    kind: str, value: Any, english: str, finnish: str
) -> None:
    for locale, expected in (("en", english), ("fi", finnish)):
        reader = read_reader(project_directory(), locale)
        told = tell(f"> {{thing:{kind}}}", {"thing": value}, reader)
        assert _plain(told) == f"> {expected}"


def test_every_kind_is_said_in_a_test() -> None:
    assert {kind for kind, *_ in TOLD} == set(KINDS)


def test_a_sentence_begins_with_a_capital() -> None:
    reader = read_reader(project_directory(), "fi")
    row = {"product_type": "GROUND COFFEE"}
    assert tell("{product_type:product_type} on loppu.", row, reader) == "Kahvi on loppu."


@pytest.mark.parametrize("nothing", [None, []])
def test_a_sentence_that_names_nothing_is_left_out(nothing: list[str] | None) -> None:
    reader = read_reader(project_directory(), "en")
    assert tell("Bought {what:list}.", {"what": nothing}, reader) is None


def test_an_amount_in_a_currency_without_a_sign_carries_its_code() -> None:
    import dataclasses

    for locale in ("en", "fi"):
        reader = read_reader(project_directory(), locale)
        swedish = shop_that(shop_currency="SEK")
        told = tell("{x:money}", {"x": 5}, dataclasses.replace(reader, shop=swedish))
        assert _plain(told) in {"SEK 5.00", "5,00 SEK"}
