-- Whether a campaign ever got this answer to a question; any, when none is
-- named. So it is known what older mails asked.
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
