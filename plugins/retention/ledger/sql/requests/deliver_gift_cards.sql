-- issued -> delivered: SendGrid has the mails with their codes. From now on
-- only the customer needs the codes, so they are deleted.
update ledger.gift_cards
set
    state = 'delivered',
    code_plain = null,
    delivered_at = %(now)s
where
    card_id = any(%(card_ids)s::uuid[])
    and state = 'issued'
