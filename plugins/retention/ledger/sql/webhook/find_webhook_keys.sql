-- The keys that may have signed a post: the current one, and replaced ones
-- while SendGrid may still retry older posts.
select keys.public_key
from ledger.webhook_keys as keys
where keys.replaced_at is null or keys.replaced_at > %(replaced_after)s
