-- Cancels whose mails are past their release: SendGrid has discarded them, and
-- the place can be given back. It is held for longer where the worker fell
-- silent: it may only have been stopped, and post when it goes on.
with held as (
    select
        reqs.request_id,
        reqs.batch_id,
        reqs.last_release_at + case
            when reqs.fell_silent_at is not null
                then %(held_for_if_silent)s::interval
            else %(held_for)s::interval
        end as free_from
    from ledger.requests as reqs
    where reqs.fencing_at is not null and reqs.slot_freed_at is null
)

select
    held.request_id,
    held.batch_id,
    held.free_from
from held
where held.free_from < %(now)s
order by held.free_from, held.request_id
