{#- Who has earned a referral's reward, the friend who came and the one whose
    code it was, is told: later than this many days nobody is any more. -#}
{%- set announced_days = 14 -%}

with

referrals as (

    select * from {{ ref('referrals') }}

),

earned as (

    select * from referrals
    where
        status = 'earned'
        and earned_date >= {{ as_of_date() }} - {{ announced_days }}

),

rewarded as (

    select
        referrer_customer_id as customer_id,
        order_id || ':referrer' as occasion,
        true as is_referrer,
        earned_date,
        evidence,
        format(
            'Referred the customer %s, whose order %s has outlived its return'
            ' window.',
            customer_id, order_id
        ) as reason
    from earned

    union all

    select
        customer_id,
        order_id || ':friend' as occasion,
        false as is_referrer,
        earned_date,
        evidence,
        format(
            'Came by the code of the customer %s; the order %s has outlived its'
            ' return window.',
            referrer_customer_id, order_id
        ) as reason
    from earned

)

select
    customer_id,
    occasion,
    1::double precision as score,
    {{ shop_moment('earned_date') }} as not_before,
    {{ shop_moment('earned_date + ' ~ (announced_days + 1)) }} as not_after,
    reason,
    evidence,
    jsonb_build_object(
        {%- for locale in var('mail_locales') + var('transactional_locales') %}
            '{{ locale }}', jsonb_build_object(
                'is_referrer', is_referrer,
                'amount',
                {{ amount_words(var('referral_reward_amount'), locale) }},
                'days', {{ var('referral_return_days') }},
                'code', null::text
            ){{ "," if not loop.last }}
        {%- endfor %}
    ) as context
from rewarded
