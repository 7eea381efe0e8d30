-- A person unsubscribes from a purpose; if already unsubscribed, the time of
-- the repeated request is recorded.
insert into ledger.suppressions (
    address, scope, source, suppressed_at
)
select
    lower(messages.email) as address,
    %(purpose)s as scope,
    'page' as source,
    %(now)s as suppressed_at
from ledger.messages
where messages.message_id = %(message_id)s
on conflict (address, scope, source) do update
    set
        suppressed_at = case
            when suppressions.removed_at is null then suppressions.suppressed_at
            else excluded.suppressed_at
        end,
        said_again_at = case
            when suppressions.removed_at is null then excluded.suppressed_at
        end,
        removed_at = null
