{#- A referral's gift card; the engine puts its code into the mail when it is
    sent. Not before this hour in the shop's time zone. -#}
{%- set earliest_hour = 9 -%}

with

gift_cards as (

    select * from {{ ref('gift_cards') }}

),

referrals as (

    select * from {{ ref('referrals') }}

),

languages as (

    select * from {{ ref('mail_languages') }}

),

-- Those whose code no mail has carried for certain.
undelivered as (

    select
        *,
        regexp_replace(
            occasion, ':(referrer|friend)(:reissue-[0-9]+)?$', ''
        ) as order_id,
        occasion ~ ':referrer(:reissue-[0-9]+)?$' as is_referrer,
        replaced_card_id is not null as is_replacement
    from gift_cards
    where source = 'referral' and standing in ('planned', 'issued')

),

explained as (

    select
        cards.*,
        languages.transactional_locale as locale,
        referrals.customer_id as friend_customer_id,
        referrals.referrer_customer_id,
        referrals.evidence
    from undelivered as cards
    left join referrals on cards.order_id = referrals.order_id
    left join languages on cards.customer_id = languages.customer_id

)

select
    customer_id,
    occasion,
    1.0::double precision as score,
    {{ shop_moment(
        as_of_date() ~ " + interval '" ~ earliest_hour ~ " hours'"
    ) }} as not_before,
    {{ shop_moment('coalesce(expires_date, ' ~ as_of_date() ~ ' + 365) + 1') }}
        as not_after,
    format(
        case
            when is_referrer
                then
                    'Referred the customer %s, whose order %s has outlived its'
                    ' return window: a gift card of %s %s%s.'
            else
                'Came by the code of the customer %s; the order %s has outlived'
                ' its return window: a gift card of %s %s%s.'
        end,
        case
            when is_referrer then friend_customer_id
            else referrer_customer_id
        end,
        order_id, amount, currency,
        case when is_replacement then ', in place of a lost one' else '' end
    ) as reason,
    coalesce(evidence, '{}')
    || jsonb_build_object(
        'gift_card_id', card_id, 'amount', amount, 'currency', currency
    ) as evidence,
    jsonb_build_object(
        'gift_card_id', card_id,
        'is_referrer', is_referrer,
        'amount', {{ money_words('amount', 'currency') }},
        'days', {{ var('referral_return_days') }},
        'expires', {{ date_words('expires_date') }},
        'is_replacement', is_replacement
    ) as context
from explained
