-- claimed -> submitting: from the commit on they may have left.
update ledger.messages
set
    state = 'submitting',
    submitting_at = %(now)s,
    release_at = null,
    attempts = attempts + 1
where request_id = %(request_id)s and state = 'claimed'
