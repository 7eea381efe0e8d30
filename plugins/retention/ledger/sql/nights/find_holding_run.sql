-- The run that has the warehouse to itself.
select nigh.run_id
from ledger.nights as nigh
where nigh.held_at is not null
