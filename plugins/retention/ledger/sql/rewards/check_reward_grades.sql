-- What the expectations look at: a run's grades, who must get nothing as it is
-- known now, and the mean of the earlier quarters in the same currency.
with usual as (
    select
        earl.currency,
        avg(earl.card_count::numeric / earl.customer_count) as usual_share,
        avg(earl.amount) as usual_amount
    from ledger.reward_runs as runs
    cross join
        jsonb_to_recordset(runs.earlier) as earl (
            currency text,
            customer_count integer,
            card_count integer,
            amount numeric
        )
    where runs.run = %(run)s
    group by earl.currency
)

select
    grad.customer_id,
    grad.currency,
    grad.spend,
    usua.usual_share,
    usua.usual_amount,
    excl.reason as excluded_reason,
    case
        when grad.left_out_reason is null then grad.amount
    end as granted_amount
from ledger.reward_grades as grad
left join usual as usua on grad.currency = usua.currency
left join rewards_intermediate.int_excluded_customers as excl
    on grad.customer_id = excl.customer_id
where grad.run = %(run)s
