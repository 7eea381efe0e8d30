-- Copy the night's finished decisions out of the warehouse; what led to a
-- message is there already, and stays.
insert into ledger.decisions (
    night,
    campaign,
    customer_id,
    occasion,
    outcome,
    reason,
    outcome_reason,
    kind,
    purpose,
    channel,
    locale,
    email,
    first_name,
    score,
    priority,
    not_before,
    not_after,
    send_at,
    time_zone,
    evidence,
    context
)
select
    decs.night,
    decs.campaign,
    decs.customer_id,
    decs.occasion,
    decs.outcome,
    decs.reason,
    decs.outcome_reason,
    decs.kind,
    decs.purpose,
    decs.channel,
    decs.locale,
    decs.email,
    decs.first_name,
    decs.score,
    decs.priority,
    decs.not_before,
    decs.not_after,
    decs.send_at,
    decs.time_zone,
    decs.evidence,
    decs.context
from decisions.decisions as decs
where decs.night = %(night)s
on conflict (night, campaign, customer_id, occasion) do nothing
