-- unknown -> unconfirmed: so long after, no event will come any more.
update ledger.requests as reqs
set
    state = 'unconfirmed',
    closed_at = %(now)s
where
    reqs.state = 'unknown'
    and (
        (
            reqs.submitting_at <= %(submitted_before)s
            and coalesce(reqs.last_release_at, reqs.submitting_at)
            <= %(worthless_before)s
        )
        or (
            select max(mess.not_after)
            from ledger.messages as mess
            where mess.request_id = reqs.request_id and mess.state = 'unknown'
        ) <= %(worthless_before)s
    )
returning reqs.request_id
