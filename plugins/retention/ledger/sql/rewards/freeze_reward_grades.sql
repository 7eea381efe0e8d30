-- Store a run's grades for ever, given as arrays of equal length.
insert into ledger.reward_grades (
    run,
    quarter,
    customer_id,
    currency,
    spend,
    tier_threshold,
    amount,
    left_out_reason
)
select
    %(run)s as run,
    %(quarter)s as quarter,
    grade.customer_id,
    grade.currency,
    grade.spend,
    grade.tier_threshold,
    grade.amount,
    grade.left_out_reason
from
    unnest(
        %(customer_ids)s::text[],
        %(currencies)s::text[],
        %(spends)s::numeric[],
        %(tier_thresholds)s::numeric[],
        %(amounts)s::numeric[],
        %(left_out_reasons)s::text[]
    ) as grade (
        customer_id,
        currency,
        spend,
        tier_threshold,
        amount,
        left_out_reason
    )
