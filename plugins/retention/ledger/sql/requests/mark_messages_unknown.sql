-- submitting -> unknown: nobody can tell whether they left.
update ledger.messages
set
    state = 'unknown',
    state_reason = %(reason)s,
    unknown_at = %(now)s
where request_id = %(request_id)s and state = 'submitting'
