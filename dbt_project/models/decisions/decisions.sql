with

candidates as (

    select * from {{ ref('candidates') }}

),

verdicts as (

    select * from {{ ref('verdicts') }}

),

ranks as (

    select * from {{ ref('candidate_ranks') }}

),

permissions as (

    select * from {{ ref('candidate_permissions') }}

),

times as (

    select * from {{ ref('candidate_times') }}

),

-- Candidates that no rule rejects compete for the customer's day and the
-- night's budget.
decided as (

    select
        verdicts.candidate_id,
        case
            when ranks.outranked_tonight is not null then 'outranked'
            when ranks.over_budget is not null then 'over_budget'
            else verdicts.outcome
        end as outcome,
        coalesce(
            verdicts.outcome_reason, ranks.outranked_tonight,
            ranks.over_budget
        ) as outcome_reason
    from verdicts
    left join ranks on verdicts.candidate_id = ranks.candidate_id

),

described as (

    select
        candidate_id,
        format(
            'Nothing speaks against it; to arrive on %s%s.',
            to_char(send_at at time zone time_zone, 'YYYY-MM-DD "at" HH24:MI'),
            ' (' || nullif(time_zone, '{{ var("shop_timezone") }}') || ')'
        ) as sending
    from times

)

select
    {{ as_of_date() }} as night,
    candidates.campaign,
    candidates.customer_id,
    candidates.occasion,
    decided.outcome,
    candidates.reason,
    coalesce(decided.outcome_reason, described.sending) as outcome_reason,
    candidates.kind,
    candidates.purpose,
    candidates.channel,
    permissions.locale,
    permissions.email,
    permissions.first_name,
    candidates.score,
    candidates.priority,
    candidates.not_before,
    times.not_after,
    times.send_at,
    times.time_zone,
    candidates.evidence,
    candidates.context
from candidates
inner join decided on candidates.candidate_id = decided.candidate_id
inner join permissions on candidates.candidate_id = permissions.candidate_id
inner join times on candidates.candidate_id = times.candidate_id
inner join described on candidates.candidate_id = described.candidate_id
