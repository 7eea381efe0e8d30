-- Plan a card for each reward of an approved run; existing cards are not
-- changed.
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
    grades.customer_id,
    grades.quarter as occasion,
    grades.run,
    grades.currency,
    grades.amount,
    %(is_from_pool)s as is_from_pool,
    'planned' as state,
    %(now)s as planned_at
from ledger.reward_grades as grades
inner join ledger.reward_runs as runs on grades.run = runs.run
where
    grades.run = %(run)s
    and runs.state = 'approved'
    and grades.amount is not null
    and grades.left_out_reason is null
order by grades.customer_id
on conflict (source, customer_id, occasion) do nothing
