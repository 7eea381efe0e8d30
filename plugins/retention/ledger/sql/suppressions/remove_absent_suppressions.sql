-- What a full pull of SendGrid's list does not show any more was removed there.
-- What was reported just now may only be too new for the list, and stays.
with present as (
    select lower(pres.address) as address
    from unnest(%(addresses)s::text[]) as pres (address)
)

update ledger.suppressions as supp
set removed_at = %(now)s
where
    supp.source = %(source)s
    and supp.scope = %(scope)s
    and supp.removed_at is null
    and supp.suppressed_at < %(reported_before)s
    and not exists (
        select 1
        from present as pres
        where pres.address = supp.address
    )
