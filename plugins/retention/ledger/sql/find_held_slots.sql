-- Cancels whose mails are past their release: SendGrid has discarded them, and
-- the place can be given back. It is held for longer where the worker fell
-- silent: it may only have been stopped, and post when it goes on.
select
    reqs.request_id,
    reqs.batch_id
from ledger.requests as reqs
where
    reqs.fencing_at is not null
    and reqs.slot_freed_at is null
    and reqs.last_release_at < case
        when reqs.fell_silent_at is not null
            then %(released_before_if_silent)s::timestamptz
        else %(released_before)s::timestamptz
    end
order by reqs.last_release_at, reqs.request_id
