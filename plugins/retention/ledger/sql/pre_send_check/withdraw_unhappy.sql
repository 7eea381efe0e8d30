-- claimed -> cancelled: the pre-send check of answers. Customers who gave an
-- unhappy answer get no marketing for a while, unless their later answer to the
-- same question is a different one.
with latest as (
    select distinct on (messages.message_id, answers.question)
        messages.message_id,
        answers.question,
        answers.answer,
        answers.answered_at
    from ledger.messages
    inner join ledger.answers on messages.customer_id = answers.customer_id
    where
        messages.request_id = %(request_id)s
        and messages.state = 'claimed'
        and messages.kind = 'marketing'
    order by
        messages.message_id asc, answers.question asc,
        answers.answered_at desc, answers.answer_id desc
),

unhappy as (
    select
        latest.message_id,
        min('unhappy: ' || latest.question || ' ' || latest.answer) as reason
    from latest
    where
        latest.answered_at > %(since)s
        and (latest.question, latest.answer) in (
            select * from unnest(%(questions)s::text[], %(answers)s::text[])
        )
    group by latest.message_id
)

update ledger.messages
set
    state = 'cancelled',
    state_reason = unhappy.reason,
    cancelled_at = %(now)s
from unhappy
where messages.message_id = unhappy.message_id and messages.state = 'claimed'
returning messages.message_id
