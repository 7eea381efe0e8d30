-- A person takes back an unsubscribe from a purpose that was made until
-- %(said_at)s. Later unsubscribes stay, here and at SendGrid, and so do
-- complaints and bounces.
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
