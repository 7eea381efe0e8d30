{%- set cap_messages = var('marketing_cap_messages') -%}
{%- set cap_days = var('marketing_cap_days') -%}

with

candidates as (

    select * from {{ ref('candidates') }}

),

earlier_messages as (

    select * from {{ ref('earlier_messages') }}

),

last_contacts as (

    select
        campaign,
        customer_id,
        max(night) as last_night
    from earlier_messages
    where is_contact
    group by campaign, customer_id

),

recent_marketing as (

    select
        customer_id,
        count(*) as message_count
    from earlier_messages
    where
        is_contact
        and kind = 'marketing'
        and night > {{ as_of_date() }} - {{ cap_days }}
    group by customer_id

)

select
    candidates.candidate_id,
    case
        when messages.night is not null then format(
            'A message for this very occasion was planned on %s.',
            messages.night
        )
    end as already_planned,
    case
        when
            candidates.kind = 'marketing'
            and {{ as_of_date() }} - contacts.last_night
            < candidates.cooldown_days
            then format(
                'Last heard from this campaign on %s, %s of %s days ago.',
                contacts.last_night,
                {{ as_of_date() }} - contacts.last_night,
                candidates.cooldown_days
            )
    end as cooling_down,
    case
        when
            candidates.kind = 'marketing'
            and recent.message_count >= {{ cap_messages }}
            then format(
                '%s marketing messages in the last {{ cap_days }} days;'
                ' at most {{ cap_messages }} are allowed.',
                recent.message_count
            )
    end as capped
from candidates
left join earlier_messages as messages
    on
        candidates.campaign = messages.campaign
        and candidates.customer_id = messages.customer_id
        and candidates.occasion = messages.occasion
left join last_contacts as contacts
    on
        candidates.campaign = contacts.campaign
        and candidates.customer_id = contacts.customer_id
left join recent_marketing as recent
    on candidates.customer_id = recent.customer_id
