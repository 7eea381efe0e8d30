{#- The order of the policy: the first rule that speaks decides. -#}
{%- set rules = [
    'gated', 'no_address', 'no_consent', 'suppressed', 'already_planned',
    'expired', 'holdout', 'cooling_down', 'capped',
] -%}

with

candidates as (

    select * from {{ ref('candidates') }}

),

gates as (

    select * from {{ ref('campaign_gates') }}

),

permissions as (

    select * from {{ ref('candidate_permissions') }}

),

suppressions as (

    select * from {{ ref('candidate_suppressions') }}

),

contacts as (

    select * from {{ ref('candidate_contacts') }}

),

times as (

    select * from {{ ref('candidate_times') }}

),

drawn as (

    select
        candidate_id,
        campaign,
        holdout_percent,
        kind = 'marketing' and 100 * {{ hashed_share(
            "'" ~ var('holdout_salt') ~ ":' || campaign || ':' || customer_id"
        ) }} < holdout_percent as is_held_out
    from candidates

),

-- One column a rule: null, or the sentence that says why it applies.
examined as (

    select
        drawn.candidate_id,
        gates.gated,
        permissions.no_address,
        permissions.no_consent,
        suppressions.suppressed,
        contacts.already_planned,
        times.expired,
        case
            when drawn.is_held_out then format(
                'Among the %s %% who are left without this campaign to'
                ' measure its effect.', trim_scale(drawn.holdout_percent)
            )
        end as holdout,
        contacts.cooling_down,
        contacts.capped
    from drawn
    left join gates on drawn.campaign = gates.campaign
    left join permissions on drawn.candidate_id = permissions.candidate_id
    left join suppressions on drawn.candidate_id = suppressions.candidate_id
    left join contacts on drawn.candidate_id = contacts.candidate_id
    left join times on drawn.candidate_id = times.candidate_id

)

select
    candidate_id,
    case
        {%- for rule in rules %}
            when {{ rule }} is not null then '{{ rule }}'
        {%- endfor %}
        else 'send'
    end as outcome,
    coalesce({{ rules | join(', ') }}) as outcome_reason
from examined
