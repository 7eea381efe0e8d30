-- unknown -> cancelled: the cancel was confirmed in time, so no mail of the
-- request is ever released.
update ledger.requests
set
    state = 'cancelled',
    cancelled_at = %(now)s,
    closed_at = %(now)s
where
    request_id = %(request_id)s
    and state = 'unknown'
    and cancelling_at is not null
