-- issued -> delivered: SendGrid has the mails with their codes. Nobody but the
-- customer needs a code any more, and it is forgotten.
update ledger.gift_cards as card
set
    state = 'delivered',
    code_plain = null,
    delivered_at = %(now)s
from ledger.messages as mess
where
    mess.request_id = %(request_id)s
    and mess.state = 'accepted'
    and card.card_id = (mess.context ->> 'gift_card_id')::uuid
    and card.state = 'issued'
