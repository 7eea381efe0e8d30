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
{#- What speaks of single candidates, each a model `candidate_...`. -#}
{%- set of_candidates = [
    'permissions', 'suppressions', 'contacts', 'times', 'gift_cards',
    'holdouts', 'caps',
] -%}

with

candidates as (

    select * from {{ ref('candidates') }}

),

{% for speaker in of_candidates %}
    {{ speaker }} as (

        select * from {{ ref('candidate_' ~ speaker) }}

    ),

{% endfor %}
gates as (

    select * from {{ ref('campaign_gates') }}

),

pauses as (

    select * from {{ ref('paused_customers') }}
    where paused_until > {{ as_of() }}

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
from
    candidates
{%- for speaker in of_candidates %}
left join {{ speaker }}
    on candidates.candidate_id = {{ speaker }}.candidate_id
{%- endfor %}
left join gates on candidates.campaign = gates.campaign
left join pauses
    on
        candidates.customer_id = pauses.customer_id
        and candidates.kind = 'marketing'
