with

candidates as (

    select * from {{ ref('candidates') }}

),

gift_cards as (

    select * from {{ ref('stg_gift_cards') }}

)

select
    candidates.candidate_id,
    format(
        case
            when gift_cards.is_from_pool
                then 'The pool of gift card codes had none of %s %s left.'
            else 'Its gift card of %s %s had no code yet.'
        end,
        gift_cards.amount, gift_cards.currency
    ) as pool_empty
from candidates
inner join gift_cards
    on candidates.evidence ->> 'gift_card_id' = gift_cards.card_id::text
where coalesce(gift_cards.issued_at, 'infinity') >= {{ as_of() }}
