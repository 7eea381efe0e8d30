-- The run that is computing a night at this moment.
select
    nights.run_id,
    nights.night
from ledger.nights
where nights.held_at is not null
