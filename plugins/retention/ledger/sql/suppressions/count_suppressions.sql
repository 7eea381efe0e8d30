-- How many addresses a source suppresses in a scope now.
select count(*) as suppression_count
from ledger.suppressions as supp
where
    supp.source = %(source)s
    and supp.scope = %(scope)s
    and supp.removed_at is null
