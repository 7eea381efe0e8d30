-- The amount that the shop's orders have paid with a card so far.
select coalesce(sum(paid.amount), 0) as amount
from raw.gift_card_payments as paid
where
    ledger.hash_gift_card_code(paid.card_code) = (
        select card.code_hash
        from ledger.gift_cards as card
        where card.card_id = %(card_id)s
    )
