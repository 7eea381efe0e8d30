-- A person answers a question of a mail. An answer that is the latest already
-- is not added again.
with latest as (
    select
        answ.answer,
        answ.answered_at
    from ledger.answers as answ
    where
        answ.message_id = %(message_id)s
        and answ.question = %(question)s
    order by answ.answered_at desc
    limit 1
)

insert into ledger.answers (
    message_id, campaign, customer_id, occasion, question, answer, answered_at
)
select
    mess.message_id,
    mess.campaign,
    mess.customer_id,
    mess.occasion,
    %(question)s as question,
    %(answer)s as answer,
    -- After the one that it replaces, though two servers' clocks differ.
    greatest(
        %(now)s, latest.answered_at + interval '1 microsecond'
    ) as answered_at
from ledger.messages as mess
left join latest on true
where
    mess.message_id = %(message_id)s
    and latest.answer is distinct from %(answer)s
