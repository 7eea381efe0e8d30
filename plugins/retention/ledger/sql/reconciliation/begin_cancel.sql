-- Commit that a request's cancel is about to be requested, if a cancel slot is
-- free. From here on its acceptance no longer proves that it is released.
update ledger.requests
set cancelling_at = coalesce(requests.cancelling_at, %(now)s)
where
    requests.request_id = %(request_id)s
    and requests.state = 'unknown'
    and (
        requests.cancelling_at is not null
        or (
            select count(*)
            from ledger.requests as held
            where
                held.cancelling_at is not null
                and held.cancel_slot_freed_at is null
        ) < %(most_cancels)s::integer
    )
