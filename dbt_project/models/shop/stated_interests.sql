with

preferences as (

    select * from {{ ref('stg_preferences') }}

),

answers as (

    select * from {{ ref('stg_answers') }}

),

-- Customers who answer a mail's question again withdraw their earlier answer to
-- that mail; answers to other mails are added.
clicked as (

    select distinct on (message_id)
        customer_id,
        answer as interest,
        answered_at as stated_at
    from answers
    where question = 'interest' and answered_at < {{ as_of() }}
    order by message_id asc, answered_at desc, answer_id desc

),

told_to_shop as (

    select
        customer_id,
        lower(trim(value)) as interest,
        stated_at
    from preferences
    where name = 'interest' and stated_at < {{ as_of() }}

),

stated as (

    select * from clicked

    union all

    select * from told_to_shop

)

select
    customer_id,
    interest,
    max(stated_at) as stated_at
from stated
where interest <> ''
group by customer_id, interest
