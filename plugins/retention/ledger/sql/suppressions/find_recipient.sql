-- The language of a message, and whether its recipient is suppressed for a
-- purpose.
select
    messages.locale,
    exists(
        select 1
        from ledger.suppressions
        where
            suppressions.address = lower(messages.email)
            and suppressions.removed_at is null
            and suppressions.scope in ('all', 'address', %(purpose)s)
    ) as is_suppressed
from ledger.messages
where messages.message_id = %(message_id)s
