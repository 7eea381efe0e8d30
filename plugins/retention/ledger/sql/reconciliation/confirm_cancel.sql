-- unknown -> cancelled: the cancel is confirmed in time, so that whatever
-- SendGrid took of the request is never released.
update ledger.requests
set
    state = 'cancelled',
    cancelled_at = %(now)s,
    closed_at = %(now)s
where
    request_id = %(request_id)s
    and state = 'unknown'
    and cancelling_at is not null
