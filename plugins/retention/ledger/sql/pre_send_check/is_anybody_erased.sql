-- Whether anybody has been erased.
select count(*) > 0 as is_anybody_erased
from ledger.erased
