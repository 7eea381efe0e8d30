-- unknown -> unconfirmed: nobody will ever tell whether they left.
update ledger.messages
set
    state = 'unconfirmed',
    unconfirmed_at = %(now)s
where
    request_id = any(%(request_ids)s::uuid[])
    and state = 'unknown'
