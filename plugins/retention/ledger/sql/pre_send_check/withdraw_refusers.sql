-- claimed -> cancelled: the pre-send check of the shop's own consents. People
-- whose latest answer for the purpose is no get no mail. Every answer in the
-- table counts, even if its time is ahead of our clock.
with answers as (
    select distinct on (messages.message_id)
        messages.message_id,
        consents.is_granted
    from ledger.messages
    inner join raw.consents
        on
            messages.customer_id = consents.customer_id
            and messages.channel = consents.channel
            and messages.purpose = consents.purpose
    where
        messages.request_id = %(request_id)s
        and messages.state = 'claimed'
        and messages.kind = 'marketing'
    -- Of two answers at the same time, the refusal counts.
    order by
        messages.message_id asc,
        consents.granted_at desc,
        consents.is_granted asc
)

update ledger.messages
set
    state = 'cancelled',
    state_reason = 'consent was withdrawn in the shop',
    cancelled_at = %(now)s
from answers
where
    messages.message_id = answers.message_id
    and not answers.is_granted
    and messages.state = 'claimed'
returning messages.message_id
