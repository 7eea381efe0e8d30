-- claimed -> cancelled: the pre-send check of marketing that comes days late.
-- It gives way to another marketing message of the same customer: to one that
-- arrives on the day that it would now, or to a newer one that waits.
with late as (
    select
        mess.message_id,
        mess.customer_id,
        mess.send_at,
        (
            days.release_at
            at time zone coalesce(mess.time_zone, %(shop_timezone)s::text)
        )::date as arrival_date
    from ledger.messages as mess
    inner join
        unnest(%(message_ids)s::uuid[], %(release_ats)s::timestamptz[])
            as days (message_id, release_at)
        on mess.message_id = days.message_id
    where mess.request_id = %(request_id)s and mess.state = 'claimed'
),

other_messages as (
    select
        late.message_id,
        late.arrival_date,
        mess.submitting_at is null as is_waiting,
        (mess.send_at, mess.message_id)
        > (late.send_at, late.message_id) as is_newer,
        (
            coalesce(mess.release_at, mess.send_at)
            at time zone coalesce(mess.time_zone, %(shop_timezone)s::text)
        )::date as send_date
    from late
    inner join ledger.messages as mess
        on
            late.customer_id = mess.customer_id
            and late.message_id <> mess.message_id
    where
        mess.kind = 'marketing'
        and mess.expired_at is null
        and mess.rejected_at is null
        and mess.cancelled_at is null
        and (mess.submitting_at is not null or mess.not_after > %(now)s)
),

crowded as (
    select distinct othr.message_id
    from other_messages as othr
    where
        case
            when othr.is_waiting
                then othr.is_newer and othr.send_date <= othr.arrival_date
            else othr.send_date = othr.arrival_date
        end
)

update ledger.messages as mess
set
    state = 'cancelled',
    state_reason = 'late, and another message goes out that day',
    cancelled_at = %(now)s
from crowded as crow
where mess.message_id = crow.message_id and mess.state = 'claimed'
returning mess.message_id
