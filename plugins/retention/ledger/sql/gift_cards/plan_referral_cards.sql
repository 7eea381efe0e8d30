-- A planned card for each reward that a referral has earned, as the night knows
-- them; those that are there stay as they are. A friend is rewarded once, with
-- whose code it was, whatever becomes of orders and accounts; and nobody while
-- the night holds the campaign of these mails to be broken.
insert into ledger.gift_cards (
    source,
    customer_id,
    occasion,
    currency,
    amount,
    is_from_pool,
    state,
    planned_at
)
select
    %(source)s as source,
    rewa.customer_id,
    rewa.occasion,
    rewa.currency,
    rewa.amount,
    %(is_from_pool)s as is_from_pool,
    'planned' as state,
    %(now)s as planned_at
from signals.referrals_rewarded as rewa
where
    rewa.known_date = %(night)s
    and not exists (
        select
        from jsonb_array_elements_text(rewa.once_for_occasions) as once (occ)
        inner join ledger.gift_cards as card on once.occ = card.occasion
        where card.source = %(source)s
    )
    and not exists (
        select
        from jsonb_array_elements_text(rewa.friend_accounts) as acco (id)
        inner join ledger.gift_cards as card on acco.id = card.customer_id
        where
            card.source = %(source)s
            and right(card.occasion, 7) = ':friend'
    )
    and not exists (
        select from decisions.campaign_gates as gate
        where gate.campaign = %(campaign)s and gate.gated is not null
    )
order by rewa.customer_id, rewa.occasion
on conflict (source, customer_id, occasion) do nothing
