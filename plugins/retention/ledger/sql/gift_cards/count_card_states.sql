-- A run's cards by state and by the state of the latest mail of each, which is
-- 'came back' if SendGrid accepted the mail but it bounced or was dropped. For
-- delivered cards whose mail came back, also which cards they are, since their
-- codes are deleted.
select
    card.currency,
    card.state,
    mail.state as mail_state,
    count(*)::int as card_count,
    sum(card.amount) as amount,
    case
        when card.state = 'delivered' and mail.state = 'came back'
            then
                array_agg(
                    format('%%s of %%s', card.card_id, card.customer_id)
                    order by card.customer_id, card.card_id
                )
        else '{}'
    end as stranded
from ledger.gift_cards as card
left join lateral (
    select
        case
            when exists (
                select 1
                from ledger.message_events as events
                where
                    events.message_id = messages.message_id
                    and events.event in ('bounce', 'dropped')
            ) then 'came back'
            else messages.state
        end as state
    from ledger.messages
    where
        messages.customer_id = card.customer_id
        and messages.context ->> 'gift_card_id' = card.card_id::text
    order by messages.planned_at desc, messages.message_id desc
    limit 1
) as mail on true
where card.run = %(run)s
group by card.currency, card.state, mail.state
order by card.currency asc, card.state asc, mail.state asc nulls first
