"""Three builds of the real dbt project with planted customers."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from retention.project.campaigns import read_campaigns
from retention.project.manifest import current_manifest
from tests.integration.decisions.planted_shop import NIGHT, Shop

if TYPE_CHECKING:
    from collections.abc import Iterable

ZONE = ZoneInfo("Europe/Helsinki")
OFFER_CAMPAIGNS = {"winback": "lapsed", "second_purchase": "once"}

Row = dict[str, Any]


@dataclass
class Nights:
    """The decisions of a night, of the same night run again, and of the next night.

    The night's messages were planned between the first two runs. `lifecycle` failed its check
    before the third one.
    """

    first: list[Row]
    again: list[Row]
    second: list[Row]
    candidates: list[Row]


@pytest.fixture(scope="module")
def nights(shop: Shop) -> Nights:
    """Three runs of two nights."""
    shop.record_checks(NIGHT)
    first = shop.decide(NIGHT)
    shop.enqueue(NIGHT)
    again = shop.decide(NIGHT)
    candidates = shop.query("select * from decisions.candidates")
    shop.record_checks(NIGHT + timedelta(days=1), failed="lifecycle")
    second = shop.decide(NIGHT + timedelta(days=1))
    return Nights(first, again, second, candidates)


def customers(decisions: Iterable[Row], campaign: str, *outcomes: str) -> set[str]:
    return {
        row["customer_id"]
        for row in decisions
        if row["campaign"] == campaign and (not outcomes or row["outcome"] in outcomes)
    }


def test_the_planted_customers_are_the_candidates(nights: Nights) -> None:
    assert customers(nights.first, "winback") == {f"lapsed_{n}" for n in range(30)}
    assert customers(nights.first, "second_purchase") == {f"once_{n}" for n in range(30)}
    occasions = {row["occasion"] for row in nights.first if row["campaign"] == "winback"}
    assert occasions == {f"lapsed_{n}-60:step-2" for n in range(30)}  # away for 39 days
    # Ordered every seven days: reminded two days before, and not of bananas.
    reminded = {f"regular_{n}" for n in range(42) if 1 + n % 7 >= 5}
    assert customers(nights.first, "replenishment_reminder") == reminded


def test_every_candidate_has_one_decision(nights: Nights) -> None:
    def keys(rows: list[Row]) -> Counter:
        return Counter((row["campaign"], row["customer_id"], row["occasion"]) for row in rows)

    assert keys(nights.again) == keys(nights.candidates)
    assert set(keys(nights.again).values()) == {1}


def test_the_same_night_decides_the_same_again(nights: Nights) -> None:
    assert nights.again == nights.first


def test_every_outcome_has_a_reason(nights: Nights) -> None:
    for row in nights.first + nights.second:
        assert row["reason"].endswith(".")
        assert row["outcome_reason"].endswith(".")


def test_customers_who_refused_offers_get_none(nights: Nights) -> None:
    for campaign in OFFER_CAMPAIGNS:
        assert customers(nights.first, campaign, "no_consent")
    offers = [row for row in nights.first if row["purpose"] == "offers"]
    sent = {row["email"] for row in offers if row["outcome"] == "send"}
    refused = {row["email"] for row in nights.first if "Refused offers" in row["outcome_reason"]}
    assert not sent & refused


def test_the_same_customers_are_held_out_every_night(nights: Nights) -> None:
    held_out = customers(nights.first, "replenishment_reminder", "holdout")
    assert held_out
    still = customers(nights.second, "replenishment_reminder")
    assert customers(nights.second, "replenishment_reminder", "holdout") >= held_out & still


def test_the_next_night_plans_no_message_again(nights: Nights) -> None:
    sent = customers(nights.first, "replenishment_reminder", "send")
    again = customers(nights.second, "replenishment_reminder", "send")
    planned = customers(nights.second, "replenishment_reminder", "already_planned")
    assert sent
    assert planned
    assert not sent & again


def test_a_failed_mart_holds_back_only_the_campaigns_that_read_it(nights: Nights) -> None:
    campaigns = read_campaigns(current_manifest())
    gated = {row["campaign"] for row in nights.second if row["outcome"] == "gated"}
    assert gated >= set(OFFER_CAMPAIGNS)
    for row in nights.second:
        reads_it = "lifecycle" in campaigns[row["campaign"]].upstream_models
        assert (row["outcome"] == "gated") == reads_it
        assert ("lifecycle failed its check" in row["outcome_reason"]) == reads_it


def test_a_mail_has_the_data_of_its_own_language(nights: Nights) -> None:
    rows = [row for row in nights.first if row["campaign"] == "replenishment_reminder"]
    names = {(row["locale"], row["context"]["lead_title"]) for row in rows}
    assert names == {("en", "Coffee"), ("fi", "Kahvi")}


def test_mails_come_when_these_customers_shop(nights: Nights) -> None:
    sent = [row for row in nights.first if row["outcome"] == "send"]
    assert sent
    assert {row["send_at"].astimezone(ZONE).hour for row in sent} <= {16, 17, 18}
