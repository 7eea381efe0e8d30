"""A night of 20,000 customers: every campaign sends mail, and each decision has its reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from retention.project.shop import read_shop
from tests.integration.campaigns.conftest import NIGHT

if TYPE_CHECKING:
    from tests.integration.campaigns.conftest import WholeNight

CAMPAIGNS = read_shop().nights.campaigns
# Planted customers and near misses by campaign, from the schema `truth`.
TRUTHS = {
    "welcome": "select customer_id, is_planted, why from truth.newcomers",
    "birthday": "select customer_id, is_planted, why from truth.birthday_wishes",
    "gift_reminder": "select customer_id, is_planted, why from truth.gift_reminders",
    "lifestyle_starter": "select customer_id, is_planted, why from truth.lifestyle_steps",
    "winback": "select customer_id, is_planted, why from truth.winback",
    "sunset": "select customer_id, is_planted, why from truth.sunset",
    "tier_up": "select customer_id, is_planted, why from truth.tier_up",
    "tier_expiring": "select customer_id, is_planted, why from truth.tier_expiring",
    **{
        campaign: "select customer_id, is_planted, why from truth.audiences"
        f" where campaign = '{campaign}'"
        for campaign in (
            "abandoned_cart",
            "browse_reminder",
            "complete_the_set",
            "cross_sell_offer",
        )
    },
}
SERIES = {
    "winback": ("step::text", "right(occasion, 1)"),
    "tier_up": ("tier || ':' || reached_date", "occasion"),
    "tier_expiring": ("tier || ':' || period_end_date", "occasion"),
}


@pytest.mark.parametrize("campaign", CAMPAIGNS)
def test_every_campaign_mails_somebody(whole_night: WholeNight, campaign: str) -> None:
    planned = whole_night.read(
        "select 1 from ledger.messages where campaign = %(campaign)s and night = %(night)s",
        campaign=campaign,
        night=NIGHT,
    )
    assert len(planned) > 0


def test_every_candidate_has_exactly_one_decision_with_its_reasons(whole_night: WholeNight) -> None:
    candidates = whole_night.read(
        "select campaign, customer_id, occasion from decisions.candidates"
    )
    decided = whole_night.read(
        "select campaign, customer_id, occasion, reason, outcome_reason from ledger.decisions"
        " where night = %(night)s",
        night=NIGHT,
    )
    key = ["campaign", "customer_id", "occasion"]
    assert len(candidates) == len(decided) > 1_000
    assert set(candidates.itertuples(index=False)) == set(decided[key].itertuples(index=False))
    assert (decided.reason.str.len() > 20).all()
    assert (decided.outcome_reason.str.len() > 20).all()


def test_nobody_gets_two_marketing_mails_a_day(whole_night: WholeNight) -> None:
    crowded = whole_night.read("""
        select messages.customer_id
        from ledger.messages
        inner join raw.customers using (customer_id)
        where messages.kind = 'marketing'
        group by
            messages.customer_id,
            (messages.send_at at time zone coalesce(customers.time_zone, 'Europe/Helsinki'))::date
        having count(*) > 1
    """)
    assert crowded.empty


def test_no_held_out_customer_is_mailed(whole_night: WholeNight) -> None:
    written = whole_night.read("""
        select held.campaign, held.customer_id
        from ledger.decisions as held
        inner join ledger.messages using (campaign, customer_id)
        where held.outcome = 'holdout'
            and messages.kind = 'marketing'
            and messages.night = held.night
    """)
    held = whole_night.read("select campaign from ledger.decisions where outcome = 'holdout'")
    assert written.empty
    assert held.campaign.nunique() >= 10


@pytest.mark.parametrize("campaign", TRUTHS)
def test_planted_customers_have_a_decision_and_near_misses_have_none(
    whole_night: WholeNight, campaign: str
) -> None:
    told = whole_night.read(TRUTHS[campaign])
    decided = whole_night.read(
        "select customer_id, outcome, outcome_reason from ledger.decisions"
        " where campaign = %(campaign)s",
        campaign=campaign,
    )
    planted, near_misses = told[told.is_planted], told[~told.is_planted]
    assert set(planted.customer_id) <= set(decided.customer_id)
    assert set(near_misses.customer_id).isdisjoint(decided.customer_id)
    assert len(planted) >= 20
    # Birthdays have only one kind of near miss: customers under age.
    assert near_misses.why.nunique() >= (1 if campaign == "birthday" else 2)
    assert "send" in set(decided[decided.customer_id.isin(planted.customer_id)].outcome)


@pytest.mark.parametrize("campaign", SERIES)
def test_planted_customers_get_the_right_step_or_tier(
    whole_night: WholeNight, campaign: str
) -> None:
    of_truth, of_candidate = SERIES[campaign]
    told = whole_night.read(
        f"select customer_id, {of_truth} as told from truth.{campaign} where is_planted"
    )
    found = whole_night.read(
        f"select customer_id, {of_candidate} as told from campaigns.{campaign}"
    )
    assert set(told.itertuples(index=False)) <= set(found.itertuples(index=False))


def test_exactly_the_planted_subscriptions_to_coffee_are_offered(whole_night: WholeNight) -> None:
    told = whole_night.read("select customer_id, is_planted from truth.subscription_offers")
    found = whole_night.read(
        "select customer_id from campaigns.subscription_offer where occasion like 'REGULAR BEAN:%%'"
    )
    assert set(told[told.is_planted].customer_id) <= set(found.customer_id)
    assert set(told[~told.is_planted].customer_id).isdisjoint(found.customer_id)


def test_an_earned_referral_gives_both_customers_a_gift_card_and_a_mail(
    whole_night: WholeNight,
) -> None:
    told = whole_night.read("select customer_id, occasion from campaigns.referral_reward")
    cards = whole_night.read("""
        select customer_id, occasion, state, amount, code_plain from ledger.gift_cards
        where source = 'referral'
    """)
    earned = whole_night.read("""
        select referrer_customer_id, order_id || ':referrer' from truth.referrals
        where why = 'the window ended yesterday'
        union all
        select customer_id, order_id || ':friend' from truth.referrals
        where why = 'the window ended yesterday'
    """)
    assert set(told.itertuples(index=False, name=None)) == set(
        earned.itertuples(index=False, name=None)
    )
    assert len(told) >= 10
    assert len(cards) == len(told) == cards.code_plain.nunique()
    assert set(cards[["customer_id", "occasion"]].itertuples(index=False, name=None)) == set(
        told.itertuples(index=False, name=None)
    )
    assert set(cards.state) == {"issued"}
    assert set(cards.amount.astype(str)) == {read_shop().referrals.referral_reward_amount}


def test_no_order_is_mentioned_by_two_campaigns(whole_night: WholeNight) -> None:
    both = whole_night.read("""
        select occasion from campaigns.complete_the_set
        inner join campaigns.cross_sell_offer using (customer_id, occasion)
    """)
    assert both.empty


def test_a_cart_mail_omits_a_product_bought_in_another_make(whole_night: WholeNight) -> None:
    shown = whole_night.read("""
        select line ->> 'product_type' as product_type
        from truth.audiences as told
        inner join campaigns.abandoned_cart using (customer_id)
        cross join jsonb_array_elements(evidence) as line
        where told.why like 'a lamp bought in another make%%'
    """)
    assert set(shown.product_type) == {"CURTAINS"}


def test_nobody_else_gets_a_gift_reminder_or_a_lifestyle_mail(whole_night: WholeNight) -> None:
    strangers = whole_night.read("""
        select customer_id from campaigns.gift_reminder
        except select customer_id from truth.gift_reminders where is_planted
        union all
        (
            select customer_id from campaigns.lifestyle_starter
            except select customer_id from truth.lifestyles where is_planted
        )
    """)
    assert strangers.empty


def test_a_gift_reminder_identifies_no_recipient(whole_night: WholeNight) -> None:
    # As a word, also in the genitive: `Ek` is part of the Swedish word for toys.
    told = whole_night.read(r"""
        select 1
        from campaigns.gift_reminder as reminders
        inner join raw.orders using (customer_id)
        inner join raw.shipments using (order_id)
        where
            reminders::text
            ~* ('\m' || split_part(recipient_name, ' ', 2) || '(s|n|in|en)?\M')
            or reminders::text ilike '%%' || street || '%%'
    """)
    assert told.empty


def test_exactly_the_subscribers_get_the_weeks_issue(whole_night: WholeNight) -> None:
    found = whole_night.read("select customer_id, occasion from campaigns.newsletter")
    subscribed = whole_night.read(
        "select customer_id from raw.consents where purpose = 'newsletter' and is_granted"
    )
    assert set(found.customer_id) == set(subscribed.customer_id)
    assert set(found.occasion) == {"2026-W48"}


def test_support_learns_of_an_unhappy_answer_and_the_customer_gets_no_marketing(
    whole_night: WholeNight,
) -> None:
    told = whole_night.read(
        "select customer_id, email from ledger.messages where campaign = 'unhappy_answer'"
    )
    assert set(told.email) == {read_shop().storefront.support_email}
    marketing = whole_night.read(
        "select outcome from ledger.decisions where kind = 'marketing'"
        " and customer_id = %(customer)s",
        customer=told.customer_id[0],
    )
    assert "send" not in set(marketing.outcome)
