-- planned, claimed -> submitting: the database had lost that they were handed
-- over. Messages that are in another request by now stay there.
update ledger.messages
set
    state = 'submitting',
    claimed_at = coalesce(claimed_at, %(now)s),
    submitting_at = %(now)s,
    attempts = attempts + 1,
    request_id = %(request_id)s
where
    message_id = any(%(message_ids)s::uuid[])
    and (
        state = 'planned'
        or (state = 'claimed' and request_id = %(request_id)s)
    )
