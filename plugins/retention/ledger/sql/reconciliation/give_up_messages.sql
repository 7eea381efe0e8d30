-- unknown -> unconfirmed: it will never be known whether they left.
update ledger.messages
set
    state = 'unconfirmed',
    unconfirmed_at = %(now)s
where
    request_id = any(%(request_ids)s::uuid[])
    and state = 'unknown'
