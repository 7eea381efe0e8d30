-- The cancels that take a slot at SendGrid, and from when on it can be given
-- back: their mails are discarded then. It is held for longer where the worker
-- fell silent: it may only have been stopped, and post when it goes on.
with held as (
    select
        requests.request_id,
        requests.batch_id,
        requests.last_release_at,
        requests.fell_silent_at is not null as is_silent
    from ledger.requests
    where
        requests.cancelling_at is not null
        and requests.cancel_slot_freed_at is null
)

select
    held.request_id,
    held.batch_id,
    held.is_silent,
    held.last_release_at + case
        when held.is_silent then %(held_for_if_silent)s::interval
        else %(held_for)s::interval
    end as free_from
from held
order by free_from, held.request_id
