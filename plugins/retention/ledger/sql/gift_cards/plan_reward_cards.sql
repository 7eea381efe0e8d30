-- A planned card for each reward of an approved run; those that are there
-- stay as they are.
insert into ledger.gift_cards (
    source,
    customer_id,
    occasion,
    run,
    currency,
    amount,
    is_from_pool,
    state,
    planned_at
)
select
    %(source)s as source,
    grad.customer_id,
    grad.quarter as occasion,
    grad.run,
    grad.currency,
    grad.amount,
    %(is_from_pool)s as is_from_pool,
    'planned' as state,
    %(now)s as planned_at
from ledger.reward_grades as grad
inner join ledger.reward_runs as runs on grad.run = runs.run
where
    grad.run = %(run)s
    and runs.state = 'approved'
    and grad.amount is not null
    and grad.left_out_reason is null
order by grad.customer_id
on conflict (source, customer_id, occasion) do nothing
