-- What a full pull of SendGrid's list does not show any more was removed there.
-- What was reported just now may only be too new for the list, and stays.
with present as (
    select lower(present.address) as address
    from unnest(%(addresses)s::text[]) as present (address)
)

update ledger.suppressions
set removed_at = %(now)s
where
    suppressions.source = %(source)s
    and suppressions.scope = %(scope)s
    and suppressions.removed_at is null
    and suppressions.suppressed_at < %(reported_before)s
    and not exists (
        select 1
        from present
        where present.address = suppressions.address
    )
