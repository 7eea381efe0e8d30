-- unknown -> unconfirmed: no event is expected any more after this time.
update ledger.requests
set
    state = 'unconfirmed',
    closed_at = %(now)s
where
    requests.state = 'unknown'
    and (
        (
            requests.submitting_at <= %(submitted_before)s
            and coalesce(requests.last_release_at, requests.submitting_at)
            <= %(worthless_before)s
        )
        or (
            select max(messages.not_after)
            from ledger.messages
            where
                messages.request_id = requests.request_id
                and messages.state = 'unknown'
        ) <= %(worthless_before)s
    )
returning requests.request_id
