-- The rows that the expectations check: a run's grades, whether the customer
-- must get nothing as known now, and the mean of the earlier quarters in the
-- same currency.
with usual as (
    select
        earlier.currency,
        avg(earlier.card_count::numeric / earlier.customer_count)
            as usual_share,
        avg(earlier.amount) as usual_amount
    from ledger.reward_runs as runs
    cross join
        jsonb_to_recordset(runs.earlier) as earlier (
            currency text,
            customer_count integer,
            card_count integer,
            amount numeric
        )
    where runs.run = %(run)s
    group by earlier.currency
)

select
    grades.customer_id,
    grades.currency,
    grades.spend,
    usual.usual_share,
    usual.usual_amount,
    excluded_customers.reason as excluded_reason,
    case
        when grades.left_out_reason is null then grades.amount
    end as granted_amount
from ledger.reward_grades as grades
left join usual on grades.currency = usual.currency
left join rewards_intermediate.int_excluded_customers as excluded_customers
    on grades.customer_id = excluded_customers.customer_id
where grades.run = %(run)s
