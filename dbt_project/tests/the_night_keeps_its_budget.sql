-- A night plans no more marketing than its budget, and no better candidate is
-- left waiting.
{%- set budget = var('daily_message_budget') %}
select
    count(*) filter (where outcome = 'send') as sent_count,
    count(*) filter (where outcome = 'over_budget') as waiting_count,
    min(priority * score) filter (where outcome = 'send') as least_sent,
    max(priority * score) filter (where outcome = 'over_budget')
        as best_waiting
from {{ ref('decisions') }}
where kind = 'marketing'
having
    max(priority * score) filter (where outcome = 'over_budget')
    > min(priority * score) filter (where outcome = 'send')
    {%- if budget is none %}
        or count(*) filter (where outcome = 'over_budget') > 0
    {%- else %}
        or count(*) filter (where outcome = 'send') > {{ budget }}
    {%- endif %}
