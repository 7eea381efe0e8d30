-- planned -> issued: give each card a generated code, in the same order.
update ledger.gift_cards as card
set
    state = 'issued',
    code_plain = made.code,
    code_hash = ledger.hash_gift_card_code(made.code),
    code_last_four = right(made.code, 4),
    expires_date = %(expires_date)s,
    issued_at = %(now)s
from unnest(%(card_ids)s::uuid[], %(codes)s::text[]) as made (card_id, code)
where card.card_id = made.card_id and card.state = 'planned'
