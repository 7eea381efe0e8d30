-- Empty until the answers of the mails are read.
select
    null::text as answer_id,
    null::text as customer_id,
    null::text as campaign,
    null::text as occasion,
    null::text as question,
    null::text as answer,
    null::timestamptz as answered_at
where false
