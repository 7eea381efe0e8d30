-- What people said about a purpose on our own page.
select
    suppressions.address,
    suppressions.removed_at
from ledger.suppressions
where suppressions.scope = %(purpose)s and suppressions.source = 'page'
