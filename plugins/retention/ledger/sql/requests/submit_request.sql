-- claimed -> submitting, unless its lease ended and it was settled.
update ledger.requests
set
    state = 'submitting',
    submitting_at = %(now)s,
    batch_id = %(batch_id)s,
    template_id = %(template_id)s,
    unsubscribe_group_id = %(unsubscribe_group_id)s,
    first_release_at = %(first_release_at)s,
    last_release_at = %(last_release_at)s
where request_id = %(request_id)s and state = 'claimed'
