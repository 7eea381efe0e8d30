-- The keys that a post may be signed with; a replaced one as long as SendGrid
-- repeats what it signed before.
select keys.public_key
from ledger.webhook_keys as keys
where keys.replaced_at is null or keys.replaced_at > %(replaced_after)s
