-- Whether a campaign ever got this answer to a question; any, when none is
-- named. So it is known what older mails asked.
select
    exists(
        select from ledger.answers as answ
        where
            answ.campaign = %(campaign)s
            and answ.question = %(question)s
            and (
                %(answer)s::text is null
                or answ.answer = %(answer)s
            )
    ) as was_answered
