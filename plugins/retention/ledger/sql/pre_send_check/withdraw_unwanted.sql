-- claimed -> cancelled: the pre-send check of the ledger's own data. People who
-- were suppressed, unsubscribed or were erased since the decision get no mail,
-- and neither do those who got an earlier copy despite its cancel. Messages
-- that are worthless by now do not leave either.
with claimed as (
    select
        messages.message_id,
        messages.customer_id,
        messages.kind,
        messages.purpose,
        messages.attempts,
        messages.not_after,
        lower(messages.email) as address
    from ledger.messages
    where messages.request_id = %(request_id)s and messages.state = 'claimed'
),

suppressed as (
    select
        claimed.message_id,
        min(
            'suppressed (' || suppressions.scope || '): '
            || suppressions.source
        ) as reason
    from claimed
    inner join ledger.suppressions on claimed.address = suppressions.address
    where
        suppressions.removed_at is null
        and (
            suppressions.scope = 'address'
            or (
                claimed.kind = 'marketing'
                and suppressions.scope in ('all', claimed.purpose)
            )
        )
    group by claimed.message_id
),

-- An unsubscribe on our page applies to all addresses of the customer.
refused as (
    select
        claimed.message_id,
        min(
            'unsubscribed at another address: ' || suppressions.source
        ) as reason
    from claimed
    inner join ledger.messages as earlier
        on claimed.customer_id = earlier.customer_id
    inner join ledger.suppressions
        on
            lower(earlier.email) = suppressions.address
            and claimed.purpose = suppressions.scope
    where
        claimed.kind = 'marketing'
        and suppressions.source = 'page'
        and suppressions.removed_at is null
    group by claimed.message_id
),

judged as (
    select
        claimed.message_id,
        case
            when claimed.message_id = any(%(erased_ids)s::uuid[])
                then 'the person was erased'
            when claimed.not_after <= %(now)s
                then 'worthless by the time it would have left'
            when suppressed.reason is not null then suppressed.reason
            when refused.reason is not null then refused.reason
            when claimed.attempts > 0 and exists (
                select from ledger.message_events as events
                where
                    events.message_id = claimed.message_id
                    and events.event = any(%(released_events)s::text[])
            ) then 'an earlier copy arrived in spite of its cancel'
        end as reason
    from claimed
    left join suppressed on claimed.message_id = suppressed.message_id
    left join refused on claimed.message_id = refused.message_id
),

-- Materialized, not merged into the update: nearly always it has no rows.
unwanted as materialized (
    select
        judged.message_id,
        judged.reason
    from judged
    where judged.reason is not null
)

update ledger.messages
set
    state = 'cancelled',
    state_reason = unwanted.reason,
    cancelled_at = %(now)s
from unwanted
where
    messages.message_id = unwanted.message_id
    and messages.request_id = %(request_id)s
    and messages.state = 'claimed'
returning messages.message_id
