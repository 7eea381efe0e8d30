with

selected as (

    {%- for campaign in var('campaigns') %}
        {%- set settings = campaign_settings(campaign) %}
        select
            '{{ campaign }}' as campaign,
            customer_id,
            occasion,
            '{{ settings.kind }}' as kind,
            '{{ settings.channel }}' as channel,
            '{{ settings.purpose }}' as purpose,
            '{{ settings.recipient or "customer" }}' as recipient,
            {{ settings.priority or 0 }} as priority,
            {{ settings.cooldown_days or 0 }} as cooldown_days,
            {{ settings.holdout_percent or 0 }}::numeric(5, 2)
                as holdout_percent,
            {{ settings.expires_days or 0 }} as expires_days,
            score::numeric(9, 4) as score,
            not_before,
            not_after,
            reason,
            evidence,
            context
        from {{ ref(campaign) }}
        {{ 'union all' if not loop.last }}
    {%- endfor %}

),

earlier_decisions as (

    select * from {{ ref('earlier_decisions') }}

),

-- Candidates that were not sent on earlier nights have been waiting since the
-- first of them.
waiting as (

    select
        selected.*,
        coalesce(earlier.first_night, {{ as_of_date() }}) as first_night
    from selected
    left join earlier_decisions as earlier
        on
            selected.campaign = earlier.campaign
            and selected.customer_id = earlier.customer_id
            and selected.occasion = earlier.occasion

)

select
    concat_ws('|', campaign, customer_id, occasion) as candidate_id,
    campaign,
    customer_id,
    occasion,
    kind,
    channel,
    purpose,
    recipient,
    priority,
    cooldown_days,
    holdout_percent,
    score,
    first_night,
    not_before,
    least(
        not_after,
        {{ shop_moment(
            'greatest(' ~ shop_time('not_before') ~ ', first_night)'
            ~ ' + make_interval(days => expires_days)'
        ) }}
    ) as not_after,
    reason,
    evidence,
    context
from waiting
