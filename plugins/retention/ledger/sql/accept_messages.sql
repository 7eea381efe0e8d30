-- submitting, unknown -> accepted: SendGrid has the request's messages.
update ledger.messages
set
    state = 'accepted',
    state_reason = null,
    accepted_at = %(now)s
where
    request_id = %(request_id)s
    and state in ('submitting', 'unknown')
returning (context ->> 'gift_card_id')::uuid as card_id
