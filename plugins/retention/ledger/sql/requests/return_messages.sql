-- claimed, submitting, unknown -> planned: they certainly did not leave, or
-- never will.
update ledger.messages
set
    state = 'planned',
    state_reason = null,
    claimed_at = null,
    submitting_at = null,
    release_at = null,
    unknown_at = null
where
    request_id = %(request_id)s
    and state in ('claimed', 'submitting', 'unknown')
