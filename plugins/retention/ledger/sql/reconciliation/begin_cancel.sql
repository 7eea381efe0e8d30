-- Commit that a request's cancel is about to be asked for, if SendGrid has a
-- slot for it. From here on its acceptance is no proof that it is released.
update ledger.requests as reqs
set cancelling_at = coalesce(reqs.cancelling_at, %(now)s)
where
    reqs.request_id = %(request_id)s
    and reqs.state = 'unknown'
    and (
        reqs.cancelling_at is not null
        or (
            select count(*)
            from ledger.requests as held
            where
                held.cancelling_at is not null
                and held.cancel_slot_freed_at is null
        ) < %(most_cancels)s::integer
    )
