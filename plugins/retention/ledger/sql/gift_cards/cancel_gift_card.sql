-- planned, issued, delivered -> cancelled: void the card and delete its code.
update ledger.gift_cards
set
    state = 'cancelled',
    code_plain = null,
    cancelled_at = %(now)s,
    cancelled_by = %(cancelled_by)s,
    cancel_reason = %(reason)s
where card_id = %(card_id)s and state <> 'cancelled'
