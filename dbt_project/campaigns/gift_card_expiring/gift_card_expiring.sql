{#- Customers whose gift card expires soon and has money left, in time to use
    it; once for each card. -#}
{%- set first_days_before = 21 -%}
{%- set last_days_before = 5 -%}
{%- set large_amount = 50 -%}

with

gift_cards as (

    select * from {{ ref('gift_cards') }}

),

languages as (

    select * from {{ ref('mail_languages') }}

),

-- Of a shop that reports no payments nobody knows what is left on a card.
ending as (

    select
        gift_cards.*,
        languages.locale,
        {{ shop_time('gift_cards.delivered_at') }}::date as delivered_date
    from gift_cards
    left join languages on gift_cards.customer_id = languages.customer_id
    where
        gift_cards.standing = 'delivered'
        and gift_cards.rest_amount > 0
        and gift_cards.has_reported_payments
        and gift_cards.expires_date - {{ as_of_date() }}
        between {{ last_days_before }} and {{ first_days_before }}

)

select
    customer_id,
    card_id::text as occasion,
    least(rest_amount / {{ large_amount }}, 1)::double precision as score,
    {{ shop_moment('expires_date - ' ~ first_days_before) }} as not_before,
    {{ shop_moment('expires_date - ' ~ (last_days_before - 1)) }} as not_after,
    format(
        'The gift card that ends in %s has %s %s left and is valid until %s.',
        code_last_four, rest_amount, currency, expires_date
    ) as reason,
    jsonb_build_object(
        'gift_card_id', card_id,
        'amount', amount,
        'redeemed_amount', redeemed_amount,
        'rest_amount', rest_amount,
        'currency', currency,
        'expires_date', expires_date
    ) as evidence,
    jsonb_build_object(
        'rest', {{ money_words('rest_amount', 'currency') }},
        'last_four', code_last_four,
        'sent', {{ date_words('delivered_date') }},
        'expires', {{ date_words('expires_date') }}
    ) as context
from ending
