-- unknown -> fenced: the cancel is confirmed in time, so that whatever SendGrid
-- took of the request is never released.
update ledger.requests
set
    state = 'fenced',
    fenced_at = %(now)s,
    closed_at = %(now)s
where
    request_id = %(request_id)s
    and state = 'unknown'
    and fencing_at is not null
