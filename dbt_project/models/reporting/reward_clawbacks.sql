with

gift_cards as (

    select * from {{ ref('gift_cards') }}
    where source = 'quarterly' and standing <> 'cancelled'

),

merged_customers as (

    select * from {{ ref('merged_customers') }}
    where merged_date < {{ as_of_date() }}

),

quarter_spend as (

    select * from {{ ref('quarter_spend') }}

),

graded_again as (

    select
        gift_cards.*,
        coalesce(quarter_spend.spend, 0)::numeric(14, 2) as spend_now,
        coalesce(quarter_spend.tier_amount, 0) as amount_now,
        quarter_spend.returned_amount
    from gift_cards
    left join merged_customers
        on gift_cards.customer_id = merged_customers.old_customer_id
    left join quarter_spend
        on
            coalesce(merged_customers.customer_id, gift_cards.customer_id)
            = quarter_spend.customer_id
            and gift_cards.quarter = quarter_spend.quarter
            and gift_cards.currency = quarter_spend.currency

)

select
    card_id,
    customer_id,
    quarter,
    currency,
    spend as granted_spend,
    spend_now,
    returned_amount,
    amount as granted_amount,
    amount_now::numeric(12, 2) as amount_now,
    (amount - amount_now)::numeric(12, 2) as clawback_amount,
    redeemed_amount::numeric(12, 2) as redeemed_amount,
    standing,
    format(
        'Was granted %s %s for %s; of that %s is left today,'
        ' which is worth %s.',
        amount, currency, spend, spend_now, amount_now::numeric(12, 2)
    ) as reason
from graded_again
where amount_now < amount
