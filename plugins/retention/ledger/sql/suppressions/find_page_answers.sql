-- The latest unsubscribes and resubscribes of a purpose on our own page.
select
    suppressions.address,
    suppressions.removed_at
from ledger.suppressions
where suppressions.scope = %(purpose)s and suppressions.source = 'page'
