-- End suppressions that a full pull of SendGrid's list no longer shows. Recent
-- ones stay, since they may be too new for the list.
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
