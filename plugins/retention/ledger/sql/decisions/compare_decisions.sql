-- A night's decisions in the warehouse against those recorded before.
with warehouse_decisions as (
    select
        decs.campaign,
        decs.customer_id,
        decs.occasion,
        (
            decs.outcome, decs.reason, decs.outcome_reason, decs.score
        )::text as decided
    from decisions.decisions as decs
    where decs.night = %(night)s
),

recorded_decisions as (
    select
        decs.campaign,
        decs.customer_id,
        decs.occasion,
        (
            decs.outcome, decs.reason, decs.outcome_reason, decs.score
        )::text as decided
    from ledger.decisions as decs
    where decs.night = %(night)s
)

select
    count(*) filter (where ware.campaign is null) as dropped,
    count(*) filter (where reco.campaign is null) as added,
    count(*) filter (where ware.decided <> reco.decided) as changed,
    count(*) filter (where ware.decided = reco.decided) as same
from warehouse_decisions as ware
full outer join recorded_decisions as reco
    on
        ware.campaign = reco.campaign
        and ware.customer_id = reco.customer_id
        and ware.occasion = reco.occasion
