-- Whose message it was, and how the recipient stands to its purpose.
select
    mess.locale,
    exists(
        select 1
        from ledger.suppressions as supp
        where
            supp.address = lower(mess.email)
            and supp.removed_at is null
            and supp.scope in ('all', 'address', %(purpose)s)
    ) as is_suppressed
from ledger.messages as mess
where mess.message_id = %(message_id)s
