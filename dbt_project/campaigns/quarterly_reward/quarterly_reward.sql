{#- A reward's gift card; the engine puts its code into the mail when it is
    sent. Not before this hour in the shop's time zone: money should not wake
    anybody. -#}
{%- set earliest_hour = 9 -%}

with

gift_cards as (

    select * from {{ ref('gift_cards') }}

),

languages as (

    select * from {{ ref('mail_languages') }}

),

-- Those whose code no mail has carried for certain.
undelivered as (

    select
        gift_cards.*,
        languages.transactional_locale as locale,
        gift_cards.replaced_card_id is not null as is_replacement
    from gift_cards
    left join languages on gift_cards.customer_id = languages.customer_id
    where
        gift_cards.source = 'quarterly'
        and gift_cards.standing in ('planned', 'issued')

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
        'Bought for %s %s in %s, which is over %s: a gift card of %s %s%s.',
        spend, currency, quarter, tier_threshold, amount, currency,
        case when is_replacement then ', in place of a lost one' else '' end
    ) as reason,
    jsonb_build_object(
        'gift_card_id', card_id,
        'quarter', quarter,
        'spend', spend,
        'tier_threshold', tier_threshold,
        'amount', amount,
        'currency', currency
    ) as evidence,
    jsonb_build_object(
        'gift_card_id', card_id,
        'amount', {{ money_words('amount', 'currency') }},
        'threshold',
        {{ money_words('tier_threshold', 'currency') }},
        'quarter', {{ quarter_words('quarter') }},
        'expires', {{ date_words('expires_date') }},
        'is_replacement', is_replacement
    ) as context
from undelivered
