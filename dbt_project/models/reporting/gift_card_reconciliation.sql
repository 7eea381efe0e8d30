with

reported as (

    select * from {{ ref('gift_card_liability') }}

),

gift_cards as (

    select * from {{ source('rewards', 'gift_cards') }}
    where issued_at < {{ as_of() }}

),

payments as (

    select
        {{ hashed_card_code('card_code') }} as code_hash,
        currency,
        sum(amount) as amount
    from {{ source('raw', 'gift_card_payments') }}
    where paid_at < {{ as_of() }}
    group by code_hash, currency

),

kept as (

    select
        gift_cards.source,
        to_char({{ shop_time('gift_cards.issued_at') }}, 'YYYY"Q"Q')
            as issued_quarter,
        gift_cards.currency,
        sum(gift_cards.amount) as issued_amount,
        coalesce(sum(payments.amount), 0) as paid_amount
    from gift_cards
    left join payments
        on
            gift_cards.code_hash = payments.code_hash
            and gift_cards.currency = payments.currency
    group by gift_cards.source, issued_quarter, gift_cards.currency

)

select
    coalesce(reported.source, kept.source) as source,
    coalesce(reported.issued_quarter, kept.issued_quarter) as issued_quarter,
    coalesce(reported.currency, kept.currency) as currency,
    reported.issued_amount as reported_amount,
    kept.issued_amount::numeric(14, 2) as ledger_amount,
    (reported.redeemed_amount + reported.overdrawn_amount)::numeric(14, 2)
        as reported_paid_amount,
    kept.paid_amount::numeric(14, 2) as paid_amount
from reported
full outer join kept
    on
        reported.source = kept.source
        and reported.issued_quarter = kept.issued_quarter
        and reported.currency = kept.currency
