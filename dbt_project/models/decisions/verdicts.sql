{#- The policy in its order: each outcome, and the column with its sentence; the
    first sentence that is not null decides. `candidate_ranks` outranks among
    tonight's candidates later. -#}
{%- set rules = {
    'gated': 'gates.gated',
    'no_address': 'permissions.no_address',
    'no_consent': 'permissions.no_consent',
    'suppressed': 'suppressions.suppressed',
    'paused': 'pauses.paused',
    'already_planned': 'contacts.already_planned',
    'expired': 'times.expired',
    'pool_empty': 'gift_cards.pool_empty',
    'holdout': 'holdouts.holdout',
    'cooling_down': 'contacts.cooling_down',
    'capped': 'caps.capped',
    'outranked': 'contacts.day_taken',
} -%}
{#- Rules about single candidates; each is a model `candidate_...`. -#}
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

-- Each rule is null, or a sentence that says why it applies.
select
    candidates.candidate_id,
    case
        {%- for outcome, sentence in rules.items() %}
            when {{ sentence }} is not null then '{{ outcome }}'
        {%- endfor %}
        else 'send'
    end as outcome,
    coalesce(
        {%- for sentence in rules.values() %}
            {{ sentence }}{{ "," if not loop.last }}
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
