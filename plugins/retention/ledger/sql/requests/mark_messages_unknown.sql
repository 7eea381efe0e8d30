-- submitting -> unknown: they may or may not have left.
update ledger.messages
set
    state = 'unknown',
    state_reason = %(reason)s,
    unknown_at = %(now)s
where request_id = %(request_id)s and state = 'submitting'
