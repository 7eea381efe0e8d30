with

answers as (

    select * from {{ source('inbound', 'answers') }}

)

select
    answer_id,
    message_id,
    campaign,
    customer_id,
    occasion,
    question,
    answer,
    answered_at
from answers
