-- A run's cards by state, and by what became of the latest mail of each.
select
    card.currency,
    card.state,
    mail.state as mail_state,
    count(*)::int as card_count,
    sum(card.amount) as amount
from ledger.gift_cards as card
left join lateral (
    select mess.state
    from ledger.messages as mess
    where
        mess.customer_id = card.customer_id
        and mess.context ->> 'gift_card_id' = card.card_id::text
    order by mess.planned_at desc, mess.message_id desc
    limit 1
) as mail on true
where card.run = %(run)s
group by card.currency, card.state, mail.state
order by card.currency asc, card.state asc, mail.state asc nulls first
