-- claimed -> cancelled: the pre-send check of the shop's own consents. People
-- whose latest answer to the purpose is no are not written to. Whatever the
-- table holds was said, even if our clock lags behind the shop's.
with answers as (
    select distinct on (mess.message_id)
        mess.message_id,
        cons.is_granted
    from ledger.messages as mess
    inner join raw.consents as cons
        on
            mess.customer_id = cons.customer_id
            and mess.channel = cons.channel
            and mess.purpose = cons.purpose
    where
        mess.request_id = %(request_id)s
        and mess.state = 'claimed'
        and mess.kind = 'marketing'
    -- Of two answers of the same moment the refusal counts.
    order by
        mess.message_id asc, cons.granted_at desc, cons.is_granted asc
)

update ledger.messages as mess
set
    state = 'cancelled',
    state_reason = 'consent was withdrawn in the shop',
    cancelled_at = %(now)s
from answers
where
    mess.message_id = answers.message_id
    and not answers.is_granted
    and mess.state = 'claimed'
returning mess.message_id
