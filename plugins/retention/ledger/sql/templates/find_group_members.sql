-- Who is in the unsubscribe group of a purpose, as far as we know.
select supp.address
from ledger.suppressions as supp
where
    supp.source = 'groups'
    and supp.scope = %(purpose)s
    and supp.removed_at is null
