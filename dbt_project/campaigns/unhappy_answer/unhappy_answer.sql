{#- Customers who have just answered that they are not happy: for the shop's
    support. -#}
{%- set days_back = 3 -%}
{%- set unhappy_answers = {'satisfaction': ['1', '2'], 'review': ['poor']} -%}
{%- set campaigns = ['satisfaction_survey', 'review_request'] -%}
{%- set english = "'en'" -%}
{#- Support is written to in the shop's own language. -#}
{%- set own = "'" ~ var('default_locale') ~ "'" -%}

with

answers as (

    select
        *,
        {{ shop_time('answered_at') }} as local_answered_at
    from {{ ref('latest_answers') }}
    where campaign in ({{ quoted_list(campaigns) }})

),

-- For these campaigns the occasion is the order.
orders as (

    select * from {{ ref('order_amounts') }}

),

unhappy as (

    select
        answers.*,
        orders.ordered_date
    from answers
    left join orders
        on
            answers.customer_id = orders.customer_id
            and answers.occasion = orders.order_id
    where
        answers.local_answered_at >= {{ as_of_date() }} - {{ days_back }}
        and (
            {%- for question, words in unhappy_answers.items() %}
                {{ "or " if not loop.first }}(
                    answers.question = '{{ question }}'
                    and answers.answer in ({{ quoted_list(words) }})
                )
            {%- endfor %}
        )

)

select
    customer_id,
    answer_id as occasion,
    case when answer = '1' then 1.0 else 0.5 end::double precision as score,
    answered_at as not_before,
    {{ shop_moment('local_answered_at::date + ' ~ (days_back + 1)) }}
        as not_after,
    format(
        'Asked "%s", the customer answered "%s" on %s, about order %s.',
        {{ question_words('question', english) }},
        {{ answer_words('answer', english) }},
        to_char(local_answered_at, 'YYYY-MM-DD "at" HH24:MI'), occasion
    ) as reason,
    jsonb_build_array(
        jsonb_build_object(
            'answer_id', answer_id,
            'campaign', campaign,
            'question', question,
            'answer', answer,
            'answered_at', answered_at,
            'order_id', occasion
        )
    ) as evidence,
    jsonb_build_object(
        'customer_id', customer_id,
        'question', {{ question_words('question', own) }},
        'answer', {{ answer_words('answer', own) }},
        'answered_on', {{ moment_words('local_answered_at', own) }},
        'order_id', occasion,
        'ordered_on', {{ short_date_words('ordered_date', own) }}
    ) as context
from unhappy
