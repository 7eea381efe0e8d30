-- Record a person's answer to a question of a mail, unless it is already the
-- latest answer.
with latest as (
    select
        answers.answer,
        answers.answered_at
    from ledger.answers
    where
        answers.message_id = %(message_id)s
        and answers.question = %(question)s
    order by answers.answered_at desc
    limit 1
)

insert into ledger.answers (
    message_id, campaign, customer_id, occasion, question, answer, answered_at
)
select
    messages.message_id,
    messages.campaign,
    messages.customer_id,
    messages.occasion,
    %(question)s as question,
    %(answer)s as answer,
    -- Later than the answer that it replaces, even if servers' clocks differ.
    greatest(
        %(now)s, latest.answered_at + interval '1 microsecond'
    ) as answered_at
from ledger.messages
left join latest on true
where
    messages.message_id = %(message_id)s
    and latest.answer is distinct from %(answer)s
