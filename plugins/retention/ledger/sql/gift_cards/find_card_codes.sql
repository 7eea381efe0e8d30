-- The codes for mails; only of cards in state issued.
select
    card.card_id,
    card.code_plain
from ledger.gift_cards as card
where
    card.card_id = any(%(card_ids)s::uuid[])
    and card.state = 'issued'
