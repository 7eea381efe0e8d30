{%- for campaign in var('campaigns') %}
    {%- set settings = campaign_settings(campaign) %}
    select
        concat_ws('|', '{{ campaign }}', customer_id, occasion) as candidate_id,
        '{{ campaign }}' as campaign,
        customer_id,
        occasion,
        '{{ settings.kind }}' as kind,
        '{{ settings.channel }}' as channel,
        '{{ settings.purpose }}' as purpose,
        {{ settings.priority or 0 }} as priority,
        {{ settings.cooldown_days or 0 }} as cooldown_days,
        {{ settings.holdout_percent or 0 }}::numeric(5, 2) as holdout_percent,
        score::numeric(9, 4) as score,
        not_before,
        least(
            not_after,
            greatest(not_before, {{ as_of() }})
            + interval '{{ settings.expires_days or 0 }} days'
        ) as not_after,
        reason,
        evidence,
        context
    from {{ ref(campaign) }}
    {{ 'union all' if not loop.last }}
{%- endfor %}
