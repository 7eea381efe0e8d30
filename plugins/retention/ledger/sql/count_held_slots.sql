-- How many of SendGrid's places for cancels are held, how many of them for a
-- worker that fell silent, and when the next one can be given back.
select
    count(*) as slot_count,
    count(reqs.fell_silent_at) as silent_count,
    min(
        reqs.last_release_at + case
            when reqs.fell_silent_at is not null
                then %(held_for_if_silent)s::interval
            else %(held_for)s::interval
        end
    ) as next_free_at
from ledger.requests as reqs
where reqs.fencing_at is not null and reqs.slot_freed_at is null
