-- Turn the night's `send` decisions into messages, one per occasion for ever.
-- A decision that comes too late leaves an expired message, so that it shows.
-- An expired message never left; a later decision may plan it again, lest a
-- replay of an old night should silence tonight's message.
with send_decisions as (
    select
        decs.campaign,
        decs.customer_id,
        decs.occasion,
        decs.night,
        decs.kind,
        decs.purpose,
        decs.channel,
        decs.locale,
        decs.email,
        decs.not_before,
        decs.not_after,
        decs.send_at,
        decs.time_zone,
        jsonb_strip_nulls(jsonb_build_object('first_name', decs.first_name))
        || coalesce(decs.context, '{}') as context,
        decs.not_after <= %(now)s as is_late
    from ledger.decisions as decs
    where decs.night = %(night)s and decs.outcome = 'send'
),

enqueued as (
    insert into ledger.messages as mess (
        campaign,
        customer_id,
        occasion,
        night,
        kind,
        purpose,
        channel,
        locale,
        email,
        context,
        not_before,
        not_after,
        send_at,
        time_zone,
        state,
        planned_at,
        expired_at
    )
    select
        send.campaign,
        send.customer_id,
        send.occasion,
        send.night,
        send.kind,
        send.purpose,
        send.channel,
        send.locale,
        send.email,
        send.context,
        send.not_before,
        send.not_after,
        send.send_at,
        send.time_zone,
        case when send.is_late then 'expired' else 'planned' end as state,
        %(now)s as planned_at,
        case when send.is_late then %(now)s end as expired_at
    from send_decisions as send
    -- Only what a conflict may update is worth its lock, always in one order:
    -- deliveries that record their answers meanwhile lock the others.
    where
        not exists (
            select from ledger.messages as held
            where
                held.campaign = send.campaign
                and held.customer_id = send.customer_id
                and held.occasion = send.occasion
                and held.state <> 'expired'
        )
    order by send.campaign, send.customer_id, send.occasion
    on conflict (campaign, customer_id, occasion) do update
        set
            night = excluded.night,
            kind = excluded.kind,
            purpose = excluded.purpose,
            channel = excluded.channel,
            locale = excluded.locale,
            email = excluded.email,
            context = excluded.context,
            not_before = excluded.not_before,
            not_after = excluded.not_after,
            send_at = excluded.send_at,
            time_zone = excluded.time_zone,
            state = excluded.state,
            planned_at = excluded.planned_at,
            expired_at = null
        where mess.state = 'expired' and excluded.state = 'planned'
    returning mess.state
)

select
    count(*) filter (where enqu.state = 'planned') as inserted,
    count(*) filter (where enqu.state = 'expired') as expired,
    (select count(*) from send_decisions) - count(*) as already_there
from enqueued as enqu
