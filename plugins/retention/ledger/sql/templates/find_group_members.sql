-- The members of a purpose's unsubscribe group, according to the ledger.
select suppressions.address
from ledger.suppressions
where
    suppressions.source = 'groups'
    and suppressions.scope = %(purpose)s
    and suppressions.removed_at is null
