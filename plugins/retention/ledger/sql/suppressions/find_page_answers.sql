-- What people said about a purpose on our own page.
select
    supp.address,
    supp.removed_at
from ledger.suppressions as supp
where supp.scope = %(purpose)s and supp.source = 'page'
