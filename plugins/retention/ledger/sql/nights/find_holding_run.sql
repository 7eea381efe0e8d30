-- The run that holds the warehouse.
select nights.run_id
from ledger.nights
where nights.held_at is not null
