{%- set budget = var('daily_message_budget') -%}

with

candidates as (

    select * from {{ ref('candidates') }}
    where kind = 'marketing'

),

verdicts as (

    select * from {{ ref('verdicts') }}
    where outcome = 'send'

),

-- The worth of the message tonight: how much the campaign matters to the shop,
-- times how well it fits this customer now.
weighed as (

    select
        candidates.candidate_id,
        candidates.campaign,
        candidates.customer_id,
        candidates.occasion,
        candidates.priority,
        candidates.priority * candidates.score as worth,
        format(
            'priority %s x score %s = %s', candidates.priority,
            round(candidates.score, 2),
            round(candidates.priority * candidates.score, 2)
        ) as formula
    from candidates
    inner join verdicts on candidates.candidate_id = verdicts.candidate_id

),

-- One marketing message a day.
placed as (

    select
        *,
        row_number() over best_first as place,
        first_value(format('%s (%s)', campaign, formula)) over best_first
            as winner
    from weighed
    window best_first as (
        partition by customer_id
        order by worth desc, priority desc, campaign asc, occasion asc
    )

),

-- Ties are broken by lot, with a new draw for each occasion.
ranked as (

    select
        *,
        row_number() over (
            partition by place
            order by worth desc, priority desc, md5(candidate_id) asc
        ) as night_rank
    from placed

)

select
    candidate_id,
    night_rank::int as night_rank,
    case
        when place > 1 then format(
            'One marketing message a day: tonight %s goes before this one'
            ' (%s).', winner, formula
        )
    end as outranked_tonight,
    {% if budget is none -%}
        null::text
    {%- else -%}
        case
            when place = 1 and night_rank > {{ budget }} then format(
                'Number %s by priority x score; the night has a budget of'
                ' {{ budget }} marketing messages.', night_rank
            )
        end
    {%- endif %} as over_budget
from ranked
