-- Copy the night's decisions from the warehouse. Decisions that led to a
-- message are recorded already, and stay.
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
    decisions.night,
    decisions.campaign,
    decisions.customer_id,
    decisions.occasion,
    decisions.outcome,
    decisions.reason,
    decisions.outcome_reason,
    decisions.kind,
    decisions.purpose,
    decisions.channel,
    decisions.locale,
    decisions.email,
    decisions.first_name,
    decisions.score,
    decisions.priority,
    decisions.not_before,
    decisions.not_after,
    decisions.send_at,
    decisions.time_zone,
    decisions.evidence,
    decisions.context
from decisions.decisions
where decisions.night = %(night)s
on conflict (night, campaign, customer_id, occasion) do nothing
