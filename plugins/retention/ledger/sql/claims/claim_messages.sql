-- planned -> claimed: take due messages for one request, and begin the request.
-- Transactional mail goes first, then the messages that have been due longest.
-- Rows that another worker has locked are skipped. No address occurs twice,
-- since SendGrid may refuse a request that repeats one; the second message
-- waits for the next claim. Messages that become worthless before a cancel
-- could take effect are claimed separately: they are released too soon to be
-- cancelled, and then no other message of their request could be cancelled
-- either.
with next_group as (
    select
        messages.campaign,
        messages.locale,
        messages.kind,
        messages.purpose,
        messages.not_after < %(cancel_lead_ends_at)s as is_short_lived
    from ledger.messages
    where
        messages.state = 'planned'
        and messages.claimed_at is null
        and messages.expired_at is null
        and messages.send_at <= %(due_until)s
        and messages.not_after > %(now)s
        and messages.campaign <> all(%(stopped_campaigns)s::text[])
    order by messages.kind desc, messages.send_at asc, messages.message_id asc
    limit 1
    for update skip locked
),

due_messages as (
    select
        messages.message_id,
        messages.send_at,
        lower(messages.email) as address
    from ledger.messages
    where
        messages.state = 'planned'
        and messages.claimed_at is null
        and messages.expired_at is null
        and messages.send_at <= %(due_until)s
        and messages.not_after > %(now)s
        -- Not a join, so that the index returns the group in order.
        and (
            messages.campaign,
            messages.locale,
            messages.kind,
            messages.purpose,
            messages.not_after < %(cancel_lead_ends_at)s
        ) = (
            select
                next_group.campaign,
                next_group.locale,
                next_group.kind,
                next_group.purpose,
                next_group.is_short_lived
            from next_group
        )
    order by messages.send_at, messages.message_id
    limit %(most)s
    for update skip locked
),

first_per_address as (
    select distinct on (due_messages.address) due_messages.message_id
    from due_messages
    order by due_messages.address, due_messages.send_at, due_messages.message_id
),

begun as (
    insert into ledger.requests (
        campaign,
        locale,
        kind,
        purpose,
        sender,
        message_count,
        state,
        claimed_at
    )
    select
        next_group.campaign,
        next_group.locale,
        next_group.kind,
        next_group.purpose,
        %(sender)s as sender,
        (select count(*) from first_per_address) as message_count,
        'claimed' as state,
        %(now)s as claimed_at
    from next_group
    returning request_id
)

update ledger.messages
set
    state = 'claimed',
    claimed_at = %(now)s,
    request_id = begun.request_id
from first_per_address, begun
where messages.message_id = first_per_address.message_id
returning
    messages.message_id,
    messages.request_id,
    messages.campaign,
    messages.locale,
    messages.kind,
    messages.purpose,
    messages.email,
    messages.context::text as context,
    messages.send_at,
    messages.not_after,
    messages.attempts + 1 as attempt,
    messages.time_zone,
    messages.context ->> 'gift_card_id' as gift_card_id
