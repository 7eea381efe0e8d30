-- Record the key that SendGrid signs with now; all others are replaced by it.
with replaced as (
    update ledger.webhook_keys as keys
    set replaced_at = %(now)s
    where keys.public_key <> %(public_key)s and keys.replaced_at is null
)

insert into ledger.webhook_keys (public_key, fetched_at)
values (%(public_key)s, %(now)s)
on conflict (public_key) do update
    set fetched_at = excluded.fetched_at, replaced_at = null
