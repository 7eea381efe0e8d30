-- The cancels that hold a slot at SendGrid, and from when on each slot may be
-- freed: by then the mails are discarded. A slot is held longer if the worker
-- stopped responding: it may only be suspended, and post when it resumes.
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
