-- Whether anybody at all was forgotten.
select count(*) > 0 as is_anybody_erased
from ledger.erased
