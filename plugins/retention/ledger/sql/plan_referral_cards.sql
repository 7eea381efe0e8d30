-- A planned card for each reward that a referral has earned; those that are
-- there stay as they are.
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
order by rewa.customer_id, rewa.occasion
on conflict (source, customer_id, occasion) do nothing
