with

candidates as (

    select * from {{ ref('candidates') }}

),

verdicts as (

    select * from {{ ref('verdicts') }}

),

permissions as (

    select * from {{ ref('candidate_permissions') }}

),

times as (

    select * from {{ ref('candidate_times') }}

),

-- One marketing message a day: the best of those that nothing speaks against.
decided as (

    select
        candidates.*,
        verdicts.outcome_reason,
        case
            when
                candidates.kind = 'marketing'
                and verdicts.outcome = 'send'
                and row_number() over best_first > 1
                then 'outranked'
            else verdicts.outcome
        end as outcome,
        first_value(
            format(
                '%s (priority %s, score %s)', candidates.campaign,
                candidates.priority, round(candidates.score, 2)
            )
        ) over best_first as winner
    from candidates
    inner join verdicts on candidates.candidate_id = verdicts.candidate_id
    window best_first as (
        partition by
            candidates.customer_id, candidates.kind, verdicts.outcome
        order by
            candidates.priority desc, candidates.score desc,
            candidates.campaign asc, candidates.occasion asc
    )

)

select
    {{ as_of_date() }} as night,
    decided.campaign,
    decided.customer_id,
    decided.occasion,
    decided.outcome,
    decided.reason,
    case decided.outcome
        when 'send'
            then format(
                'Nothing speaks against it; to arrive on %s.',
                to_char(
                    {{ shop_time('times.send_at') }}, 'YYYY-MM-DD "at" HH24:MI'
                )
            )
        when 'outranked'
            then format(
                'One marketing message a day: tonight %s goes before'
                ' this one (priority %s, score %s).',
                decided.winner, decided.priority, round(decided.score, 2)
            )
        else decided.outcome_reason
    end as outcome_reason,
    decided.kind,
    decided.purpose,
    decided.channel,
    permissions.locale,
    permissions.email,
    permissions.first_name,
    decided.score,
    decided.priority,
    decided.not_before,
    decided.not_after,
    times.send_at,
    decided.evidence,
    coalesce(decided.context -> permissions.locale, decided.context) as context
from decided
inner join permissions on decided.candidate_id = permissions.candidate_id
inner join times on decided.candidate_id = times.candidate_id
