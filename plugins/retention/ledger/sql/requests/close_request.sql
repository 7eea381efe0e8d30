-- Record the outcome of a request. A late but certain response may still settle
-- an unknown request, until its cancel is requested.
update ledger.requests
set
    state = %(state)s,
    http_status = %(http_status)s,
    sendgrid_message_id = %(sendgrid_message_id)s,
    error = %(error)s,
    fell_silent_at = %(fell_silent_at)s,
    closed_at = %(now)s
where
    request_id = %(request_id)s
    and cancelling_at is null
    and (
        state in ('submitting', 'unknown')
        -- A request with a response had been submitted: see restore_request.
        or (state = 'claimed' and %(state)s::text in ('not_sent', 'refused'))
    )
