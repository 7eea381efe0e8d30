-- claimed -> cancelled: the pre-send check of marketing that is days late. It
-- is dropped if another marketing message of the same customer arrives on the
-- day on which it would arrive now, or if a newer one is waiting.
with late as (
    select
        messages.message_id,
        messages.customer_id,
        messages.send_at,
        (
            days.release_at
            at time zone coalesce(messages.time_zone, %(shop_timezone)s::text)
        )::date as arrival_date
    from ledger.messages
    inner join
        unnest(%(message_ids)s::uuid[], %(release_ats)s::timestamptz[])
            as days (message_id, release_at)
        on messages.message_id = days.message_id
    where messages.request_id = %(request_id)s and messages.state = 'claimed'
),

other_messages as (
    select
        late.message_id,
        late.arrival_date,
        messages.submitting_at is null as is_waiting,
        (messages.send_at, messages.message_id)
        > (late.send_at, late.message_id) as is_newer,
        (
            coalesce(messages.release_at, messages.send_at)
            at time zone coalesce(messages.time_zone, %(shop_timezone)s::text)
        )::date as send_date
    from late
    inner join ledger.messages
        on
            late.customer_id = messages.customer_id
            and late.message_id <> messages.message_id
    where
        messages.kind = 'marketing'
        and messages.expired_at is null
        and messages.rejected_at is null
        and messages.cancelled_at is null
        and (messages.submitting_at is not null or messages.not_after > %(now)s)
),

crowded as (
    select distinct other_messages.message_id
    from other_messages
    where
        case
            when other_messages.is_waiting
                then
                    other_messages.is_newer
                    and other_messages.send_date <= other_messages.arrival_date
            else other_messages.send_date = other_messages.arrival_date
        end
)

update ledger.messages
set
    state = 'cancelled',
    state_reason = 'late, and another message goes out that day',
    cancelled_at = %(now)s
from crowded
where messages.message_id = crowded.message_id and messages.state = 'claimed'
returning messages.message_id
