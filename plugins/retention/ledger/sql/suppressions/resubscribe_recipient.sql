-- A person takes back what was said until %(said_at)s of a purpose. What was
-- said later, here or at SendGrid, stays, as complaints and bounces do.
update ledger.suppressions as supp
set removed_at = %(now)s
from ledger.messages as mess
where
    mess.message_id = %(message_id)s
    and supp.address = lower(mess.email)
    and supp.scope = %(purpose)s
    and supp.removed_at is null
    and greatest(supp.suppressed_at, supp.said_again_at) <= %(said_at)s
