-- Compare a night's decisions in the warehouse with those recorded before.
with warehouse_decisions as (
    select
        decisions.campaign,
        decisions.customer_id,
        decisions.occasion,
        (
            decisions.outcome,
            decisions.reason,
            decisions.outcome_reason,
            decisions.score
        )::text as decided
    from decisions.decisions
    where decisions.night = %(night)s
),

recorded_decisions as (
    select
        decisions.campaign,
        decisions.customer_id,
        decisions.occasion,
        (
            decisions.outcome,
            decisions.reason,
            decisions.outcome_reason,
            decisions.score
        )::text as decided
    from ledger.decisions
    where decisions.night = %(night)s
)

select
    count(*) filter (where warehouse_decisions.campaign is null) as dropped,
    count(*) filter (where recorded_decisions.campaign is null) as added,
    count(*) filter (
        where warehouse_decisions.decided <> recorded_decisions.decided
    ) as changed,
    count(*) filter (
        where warehouse_decisions.decided = recorded_decisions.decided
    ) as same
from warehouse_decisions
full outer join recorded_decisions
    on
        warehouse_decisions.campaign = recorded_decisions.campaign
        and warehouse_decisions.customer_id = recorded_decisions.customer_id
        and warehouse_decisions.occasion = recorded_decisions.occasion
