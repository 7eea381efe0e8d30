-- A person asks for no more mail of a purpose; what is asked again is noted.
insert into ledger.suppressions as supp (
    address, scope, source, suppressed_at
)
select
    lower(mess.email) as address,
    %(purpose)s as scope,
    'page' as source,
    %(now)s as suppressed_at
from ledger.messages as mess
where mess.message_id = %(message_id)s
on conflict (address, scope, source) do update
    set
        suppressed_at = case
            when supp.removed_at is null then supp.suppressed_at
            else excluded.suppressed_at
        end,
        said_again_at = case
            when supp.removed_at is null then excluded.suppressed_at
        end,
        removed_at = null
