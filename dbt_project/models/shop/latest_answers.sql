with

answers as (

    select * from {{ ref('stg_answers') }}

)

select distinct on (customer_id, question)
    customer_id,
    question,
    answer,
    answer_id::text as answer_id,
    campaign,
    occasion,
    message_id,
    answered_at
from answers
where answered_at < {{ as_of() }}
order by
    customer_id asc, question asc, answered_at desc, answer_id desc
