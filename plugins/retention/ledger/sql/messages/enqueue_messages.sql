-- Turn the night's `send` decisions into messages, only one per occasion for
-- ever. A decision that comes too late becomes an expired message, so that it
-- is visible. An expired message never left, so a later decision may plan it
-- again. Otherwise a replay of an old night could prevent tonight's message.
with send_decisions as (
    select
        decisions.campaign,
        decisions.customer_id,
        decisions.occasion,
        decisions.night,
        decisions.kind,
        decisions.purpose,
        decisions.channel,
        decisions.locale,
        decisions.email,
        decisions.not_before,
        decisions.not_after,
        decisions.send_at,
        decisions.time_zone,
        jsonb_strip_nulls(
            jsonb_build_object('first_name', decisions.first_name)
        )
        || coalesce(decisions.context, '{}') as context,
        decisions.not_after <= %(now)s as is_late
    from ledger.decisions
    where decisions.night = %(night)s and decisions.outcome = 'send'
),

enqueued as (
    insert into ledger.messages (
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
        send_decisions.campaign,
        send_decisions.customer_id,
        send_decisions.occasion,
        send_decisions.night,
        send_decisions.kind,
        send_decisions.purpose,
        send_decisions.channel,
        send_decisions.locale,
        send_decisions.email,
        send_decisions.context,
        send_decisions.not_before,
        send_decisions.not_after,
        send_decisions.send_at,
        send_decisions.time_zone,
        case
            when send_decisions.is_late then 'expired' else 'planned'
        end as state,
        %(now)s as planned_at,
        case when send_decisions.is_late then %(now)s end as expired_at
    from send_decisions
    -- Lock only the rows that the conflict clause may update, always in the
    -- same order: deliveries that record outcomes meanwhile lock the others.
    where
        not exists (
            select from ledger.messages as held
            where
                held.campaign = send_decisions.campaign
                and held.customer_id = send_decisions.customer_id
                and held.occasion = send_decisions.occasion
                and held.state <> 'expired'
        )
    order by
        send_decisions.campaign,
        send_decisions.customer_id,
        send_decisions.occasion
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
        where messages.state = 'expired' and excluded.state = 'planned'
    returning messages.state
)

select
    count(*) filter (where enqueued.state = 'planned') as inserted,
    count(*) filter (where enqueued.state = 'expired') as expired,
    (select count(*) from send_decisions) - count(*) as already_there
from enqueued
