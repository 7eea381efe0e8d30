-- People who resubscribed to a purpose at SendGrid have thereby taken back
-- their earlier unsubscribe on our own page.
update ledger.suppressions
set removed_at = returned.removed_at
from
    jsonb_to_recordset(%(returns)s::jsonb) as returned (
        address text,
        scope text,
        removed_at timestamptz
    )
where
    suppressions.address = lower(returned.address)
    and suppressions.scope = returned.scope
    and suppressions.source = 'page'
    and coalesce(suppressions.removed_at, suppressions.suppressed_at)
    < returned.removed_at
