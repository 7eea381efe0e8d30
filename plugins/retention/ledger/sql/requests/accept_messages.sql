-- submitting, unknown, unconfirmed -> accepted: SendGrid has the request's
-- messages. Returns their number, and the gift cards whose codes they contain.
with accepted as (
    update ledger.messages
    set
        state = 'accepted',
        state_reason = null,
        accepted_at = %(now)s,
        unconfirmed_at = null
    where
        request_id = %(request_id)s
        and state in ('submitting', 'unknown', 'unconfirmed')
    returning context ->> 'gift_card_id' as card_id
)

select
    count(*) as message_count,
    array_agg(accepted.card_id::uuid) filter (
        where accepted.card_id is not null
    ) as card_ids
from accepted
