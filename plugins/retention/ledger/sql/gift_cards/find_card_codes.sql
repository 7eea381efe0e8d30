-- The codes that go into mails; of cards that are issued and nothing else.
select
    card.card_id,
    card.code_plain
from ledger.gift_cards as card
where
    card.card_id = any(%(card_ids)s::uuid[])
    and card.state = 'issued'
