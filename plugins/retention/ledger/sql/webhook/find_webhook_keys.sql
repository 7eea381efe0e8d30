-- The keys that a post may be signed with; a replaced one as long as SendGrid
-- repeats what it signed before.
select whky.public_key
from ledger.webhook_keys as whky
where whky.replaced_at is null or whky.replaced_at > %(replaced_after)s
