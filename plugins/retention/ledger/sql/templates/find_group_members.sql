-- Who is in the unsubscribe group of a purpose, as far as we know.
select suppressions.address
from ledger.suppressions
where
    suppressions.source = 'groups'
    and suppressions.scope = %(purpose)s
    and suppressions.removed_at is null
