{#- The policy in its order, and where each rule speaks; the first decides. -#}
{%- set rules = {
    'gated': 'gates',
    'no_address': 'permissions',
    'no_consent': 'permissions',
    'suppressed': 'suppressions',
    'paused': 'pauses',
    'already_planned': 'contacts',
    'expired': 'times',
    'pool_empty': 'gift_cards',
    'holdout': 'holdouts',
    'cooling_down': 'contacts',
    'capped': 'caps',
    'outranked': 'contacts',
} -%}

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

pauses as (

    select * from {{ ref('paused_customers') }}
    where paused_until > {{ as_of() }}

),

contacts as (

    select * from {{ ref('candidate_contacts') }}

),

times as (

    select * from {{ ref('candidate_times') }}

),

holdouts as (

    select * from {{ ref('candidate_holdouts') }}

),

caps as (

    select * from {{ ref('candidate_caps') }}

),

gift_cards as (

    select * from {{ ref('candidate_gift_cards') }}

)

-- A rule is silent (null), or the sentence that says why it applies.
select
    candidates.candidate_id,
    case
        {%- for rule, speaker in rules.items() %}
            when {{ speaker }}.{{ rule }} is not null then '{{ rule }}'
        {%- endfor %}
        else 'send'
    end as outcome,
    coalesce(
        {%- for rule, speaker in rules.items() %}
            {{ speaker }}.{{ rule }}{{ "," if not loop.last }}
        {%- endfor %}
    ) as outcome_reason
from candidates
left join gates on candidates.campaign = gates.campaign
left join permissions on candidates.candidate_id = permissions.candidate_id
left join suppressions on candidates.candidate_id = suppressions.candidate_id
left join pauses
    on
        candidates.customer_id = pauses.customer_id
        and candidates.kind = 'marketing'
left join contacts on candidates.candidate_id = contacts.candidate_id
left join times on candidates.candidate_id = times.candidate_id
left join holdouts on candidates.candidate_id = holdouts.candidate_id
left join caps on candidates.candidate_id = caps.candidate_id
left join gift_cards on candidates.candidate_id = gift_cards.candidate_id
