-- Whose question a message asks, and in which language.
select
    messages.campaign,
    messages.locale
from ledger.messages
where messages.message_id = %(message_id)s
