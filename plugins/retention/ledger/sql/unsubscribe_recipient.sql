-- A person asks for no more mail of a purpose; asking again changes nothing.
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
    set suppressed_at = excluded.suppressed_at, removed_at = null
    where supp.removed_at is not null
