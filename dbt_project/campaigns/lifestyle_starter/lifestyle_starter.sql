{#- A lifestyle that has just been detected: three short mails. A step is sent
    in its days after the purchase that first proved the lifestyle, not after
    the latest one, which moves with every purchase and could change the order
    of the steps. Not before the third day: only a shipped parcel shows whether
    it was a gift. The windows must not meet, and must be at least cooldown_days
    (.yml) apart. -#}
{%- set step_days = {1: [3, 5], 2: [10, 13], 3: [24, 28]} -%}

with

lifestyles as (

    select
        *,
        {{ shop_time('detected_at') }}::date as detected_date
    from {{ ref('lifestyles') }}

),

steps as (

    select * from {{ ref('lifestyle_steps') }}

),

items as (

    select * from {{ ref('lifestyle_starter_items') }}

),

languages as (

    select * from {{ ref('mail_languages') }}

),

windows as (

    {%- for step, days in step_days.items() %}
        select
            {{ step }} as step,
            {{ days[0] }} as first_day,
            {{ days[1] }} as last_day
        {{ 'union all' if not loop.last }}
    {%- endfor %}

),

due as (

    select
        lifestyles.customer_id,
        lifestyles.lifestyle,
        lifestyles.detected_date,
        lifestyles.confidence,
        lifestyles.evidence,
        windows.first_day,
        windows.last_day,
        {{ in_language('steps.headline', 'languages.locale') }} as headline,
        {{ in_language('steps.text', 'languages.locale') }} as text,
        steps.step
    from lifestyles
    inner join steps on lifestyles.lifestyle = steps.lifestyle
    inner join windows on steps.step = windows.step
    left join languages on lifestyles.customer_id = languages.customer_id
    where
        {{ as_of_date() }} - lifestyles.detected_date
        between windows.first_day and windows.last_day

)

select
    due.customer_id,
    due.lifestyle || ':' || due.detected_date || ':step-' || due.step
        as occasion,
    due.confidence::double precision as score,
    {{ shop_moment('due.detected_date + due.first_day') }} as not_before,
    {{ shop_moment('due.detected_date + due.last_day + 1') }} as not_after,
    format(
        'Step %s of %s about %s: purchases up to %s speak for it, %s %% sure.',
        due.step, {{ step_days | length }}, replace(due.lifestyle, '_', ' '),
        due.detected_date, round(due.confidence * 100)
    ) as reason,
    due.evidence,
    jsonb_build_object(
        'headline', due.headline,
        'text', due.text,
        'items', items.items
    ) as context
from due
left join items
    on
        due.customer_id = items.customer_id
        and due.lifestyle = items.lifestyle
        and due.step = items.step
