-- Whose question a message asks, and in which language.
select
    mess.campaign,
    mess.locale
from ledger.messages as mess
where mess.message_id = %(message_id)s
