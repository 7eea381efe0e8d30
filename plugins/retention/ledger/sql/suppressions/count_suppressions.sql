-- The number of addresses that a source suppresses in a scope now.
select count(*) as suppression_count
from ledger.suppressions
where
    suppressions.source = %(source)s
    and suppressions.scope = %(scope)s
    and suppressions.removed_at is null
