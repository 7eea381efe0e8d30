-- The campaign and language of a message that asks a question.
select
    messages.campaign,
    messages.locale
from ledger.messages
where messages.message_id = %(message_id)s
