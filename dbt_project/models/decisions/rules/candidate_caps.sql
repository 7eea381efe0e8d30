{%- set cap_messages = var('marketing_cap_messages') -%}
{%- set cap_days = var('marketing_cap_days') -%}

with

candidates as (

    select * from {{ ref('candidates') }}
    where kind = 'marketing'

),

times as (

    select * from {{ ref('candidate_times') }}

),

earlier_messages as (

    select * from {{ ref('earlier_messages') }}
    where kind = 'marketing' and is_contact

),

dated as (

    select
        candidates.candidate_id,
        candidates.customer_id,
        candidates.channel,
        times.send_date
    from candidates
    inner join times on candidates.candidate_id = times.candidate_id

),

-- The candidate's day, and the messages of its channel within the cap's days
-- before or after it; a few of them may be planned for later.
neighbours as (

    select
        candidate_id,
        send_date as candidate_date,
        send_date
    from dated

    union all

    select
        dated.candidate_id,
        dated.send_date as candidate_date,
        messages.send_date
    from dated
    inner join earlier_messages as messages
        on
            dated.customer_id = messages.customer_id
            and dated.channel = messages.channel
            and abs(dated.send_date - messages.send_date) < {{ cap_days }}

),

spans as (

    select
        candidate_id,
        candidate_date,
        send_date,
        count(*) over (
            partition by candidate_id
            order by
                send_date
            range between interval '{{ cap_days - 1 }} days' preceding
            and current row
        ) - 1 as other_count
    from neighbours

),

fullest_spans as (

    select
        candidate_id,
        max(other_count) as other_count
    from spans
    where send_date >= candidate_date
    group by candidate_id

)

select
    dated.candidate_id,
    format(
        '%s other marketing messages by %s within {{ cap_days }} days; at most'
        ' {{ cap_messages }} are allowed.',
        fullest_spans.other_count, dated.channel
    ) as capped
from dated
inner join fullest_spans on dated.candidate_id = fullest_spans.candidate_id
where fullest_spans.other_count >= {{ cap_messages }}
