-- planned -> claimed: take due messages for one request, and begin it.
-- Transactional mail goes first, then what is due longest. Rows that another
-- worker has locked are passed over. No address twice: SendGrid may refuse a
-- request that repeats one, so the second waits for the next claim. What is
-- worthless before a cancel would hold goes by itself: it is released too soon
-- to be called back, and so would be all others of its request.
with next_group as (
    select
        mess.campaign,
        mess.locale,
        mess.kind,
        mess.purpose,
        mess.not_after < %(cancel_lead_ends_at)s as is_short_lived
    from ledger.messages as mess
    where
        mess.state = 'planned'
        and mess.claimed_at is null
        and mess.expired_at is null
        and mess.send_at <= %(due_until)s
        and mess.not_after > %(now)s
        and mess.campaign <> all(%(stopped_campaigns)s::text[])
    order by mess.kind desc, mess.send_at asc, mess.message_id asc
    limit 1
    for update skip locked
),

due_messages as (
    select
        mess.message_id,
        mess.send_at,
        lower(mess.email) as address
    from ledger.messages as mess
    where
        mess.state = 'planned'
        and mess.claimed_at is null
        and mess.expired_at is null
        and mess.send_at <= %(due_until)s
        and mess.not_after > %(now)s
        -- Not a join: so the index gives the oldest of the group in order.
        and (
            mess.campaign,
            mess.locale,
            mess.kind,
            mess.purpose,
            mess.not_after < %(cancel_lead_ends_at)s
        ) = (
            select
                next_group.campaign,
                next_group.locale,
                next_group.kind,
                next_group.purpose,
                next_group.is_short_lived
            from next_group
        )
    order by mess.send_at, mess.message_id
    limit %(most)s
    for update skip locked
),

first_per_address as (
    select distinct on (duem.address) duem.message_id
    from due_messages as duem
    order by duem.address, duem.send_at, duem.message_id
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

update ledger.messages as mess
set
    state = 'claimed',
    claimed_at = %(now)s,
    request_id = begun.request_id
from first_per_address, begun
where mess.message_id = first_per_address.message_id
returning
    mess.message_id,
    mess.request_id,
    mess.campaign,
    mess.locale,
    mess.kind,
    mess.purpose,
    mess.email,
    mess.context::text as context,
    mess.send_at,
    mess.not_after,
    mess.attempts + 1 as attempt,
    mess.time_zone,
    mess.context ->> 'gift_card_id' as gift_card_id
