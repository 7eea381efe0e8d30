-- Who told SendGrid to want mail of a purpose again has taken back what was
-- said on our own page before.
update ledger.suppressions as supp
set removed_at = retu.removed_at
from
    jsonb_to_recordset(%(returns)s::jsonb) as retu (
        address text,
        scope text,
        removed_at timestamptz
    )
where
    supp.address = lower(retu.address)
    and supp.scope = retu.scope
    and supp.source = 'page'
    and coalesce(supp.removed_at, supp.suppressed_at) < retu.removed_at
