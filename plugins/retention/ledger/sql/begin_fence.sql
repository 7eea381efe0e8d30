-- Commit that a request's cancel is about to be asked for, if SendGrid has a
-- place for it. From here on its acceptance is no proof that it is released.
update ledger.requests as reqs
set fencing_at = coalesce(reqs.fencing_at, %(now)s)
where
    reqs.request_id = %(request_id)s
    and reqs.state = 'unknown'
    and (
        reqs.fencing_at is not null
        or (
            select count(*)
            from ledger.requests as held
            where held.fencing_at is not null and held.slot_freed_at is null
        ) < %(most_fences)s::integer
    )
