-- Whether anybody ever gave this answer to a question of a campaign, or any
-- answer if none is given. It shows what older mails asked.
select
    exists(
        select from ledger.answers
        where
            answers.campaign = %(campaign)s
            and answers.question = %(question)s
            and (
                %(answer)s::text is null
                or answers.answer = %(answer)s
            )
    ) as was_answered
