-- claimed -> cancelled: the pre-send check of answers. Customers who have told
-- us that they are unhappy get no marketing for a while, unless a later answer
-- to the same question says otherwise.
with latest as (
    select distinct on (mess.message_id, answ.question)
        mess.message_id,
        answ.question,
        answ.answer,
        answ.answered_at
    from ledger.messages as mess
    inner join ledger.answers as answ on mess.customer_id = answ.customer_id
    where
        mess.request_id = %(request_id)s
        and mess.state = 'claimed'
        and mess.kind = 'marketing'
    order by
        mess.message_id asc, answ.question asc,
        answ.answered_at desc, answ.answer_id desc
),

unhappy as (
    select
        late.message_id,
        min('unhappy: ' || late.question || ' ' || late.answer) as reason
    from latest as late
    where
        late.answered_at > %(since)s
        and (late.question, late.answer) in (
            select * from unnest(%(questions)s::text[], %(answers)s::text[])
        )
    group by late.message_id
)

update ledger.messages as mess
set
    state = 'cancelled',
    state_reason = unha.reason,
    cancelled_at = %(now)s
from unhappy as unha
where mess.message_id = unha.message_id and mess.state = 'claimed'
returning mess.message_id
