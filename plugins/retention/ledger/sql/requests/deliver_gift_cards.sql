-- issued -> delivered: SendGrid has the mails with their codes. Nobody but the
-- customer needs a code any more, and it is forgotten.
update ledger.gift_cards
set
    state = 'delivered',
    code_plain = null,
    delivered_at = %(now)s
where
    card_id = any(%(card_ids)s::uuid[])
    and state = 'issued'
