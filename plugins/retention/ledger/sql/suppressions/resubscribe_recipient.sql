-- A person takes back what was said until %(said_at)s of a purpose. What was
-- said later, here or at SendGrid, stays, as complaints and bounces do.
update ledger.suppressions
set removed_at = %(now)s
from ledger.messages
where
    messages.message_id = %(message_id)s
    and suppressions.address = lower(messages.email)
    and suppressions.scope = %(purpose)s
    and suppressions.removed_at is null
    and greatest(suppressions.suppressed_at, suppressions.said_again_at)
    <= %(said_at)s
