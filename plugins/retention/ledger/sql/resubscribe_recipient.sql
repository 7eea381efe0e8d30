-- A person wants mail of a purpose again; complaints and bounces stay.
update ledger.suppressions as supp
set removed_at = %(now)s
from ledger.messages as mess
where
    mess.message_id = %(message_id)s
    and supp.address = lower(mess.email)
    and supp.scope = %(purpose)s
    and supp.removed_at is null
