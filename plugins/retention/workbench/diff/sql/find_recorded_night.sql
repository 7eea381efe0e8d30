-- The latest night whose decisions the ledger holds.
select max(decisions.night) as night
from ledger.decisions
