{%- set pause = "interval '24 hours' * " ~ var('unhappy_pause_days') -%}

with

answers as (

    select * from {{ ref('stg_answers') }}
    where answered_at < {{ as_of() }}

),

-- A new answer to the same question replaces the earlier one.
latest as (

    select distinct on (customer_id, question)
        customer_id,
        campaign,
        question,
        answer,
        answered_at,
        answered_at + {{ pause }} as paused_until
    from answers
    order by
        customer_id asc, question asc, answered_at desc, answer_id desc

),

unhappy as (

    select *
    from latest
    where
        paused_until > {{ as_of() }}
        and (
            false
            {%- for question, answers in var('unhappy_answers').items() %}
                or (
                    question = '{{ question }}'
                    and answer in ({{ quoted_list(answers) }})
                )
            {%- endfor %}
        )

),

-- If several unhappy answers hold, the one that holds longest.
longest as (

    select distinct on (customer_id) *
    from unhappy
    order by customer_id asc, answered_at desc, question asc

)

select
    customer_id,
    campaign,
    question,
    answer,
    answered_at,
    paused_until,
    format(
        'Answered ''%s'' to ''%s'' (%s) on %s; marketing is paused until %s.',
        answer, question, campaign,
        {{ shop_time('answered_at') }}::date,
        {{ shop_time('paused_until') }}::date
    ) as paused
from longest
