-- Plan a card for each reward that the night's referrals have earned; existing
-- cards are not changed. A friend is rewarded only once, together with the
-- customer whose code it was, whatever happens to orders and accounts later.
-- Nobody is rewarded while the campaign that mails these cards is gated.
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
    rewarded.customer_id,
    rewarded.occasion,
    rewarded.currency,
    rewarded.amount,
    %(is_from_pool)s as is_from_pool,
    'planned' as state,
    %(now)s as planned_at
from signals.referrals_rewarded as rewarded
where
    rewarded.known_date = %(night)s
    and not exists (
        select
        from
            jsonb_array_elements_text(rewarded.once_for_occasions)
                as once (occasion)
        inner join ledger.gift_cards as card on once.occasion = card.occasion
        where card.source = %(source)s
    )
    and not exists (
        select
        from jsonb_array_elements_text(rewarded.friend_accounts) as account (id)
        inner join ledger.gift_cards as card on account.id = card.customer_id
        where
            card.source = %(source)s
            and right(card.occasion, 7) = ':friend'
    )
    and not exists (
        select from decisions.campaign_gates as gates
        where gates.campaign = %(campaign)s and gates.gated is not null
    )
order by rewarded.customer_id, rewarded.occasion
on conflict (source, customer_id, occasion) do nothing
