-- The codes left in the pool, by amount.
select
    pool.currency,
    pool.amount,
    count(*)::int as code_count
from ledger.gift_card_pool as pool
where
    pool.card_id is null
    and (pool.expires_date is null or pool.expires_date >= %(day)s)
group by pool.currency, pool.amount
order by pool.currency, pool.amount
