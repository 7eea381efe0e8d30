-- The run that has the warehouse to itself.
select nights.run_id
from ledger.nights
where nights.held_at is not null
