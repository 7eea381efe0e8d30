{#- How to use and look after products that have just arrived: one mail for an
    order. -#}
{%- set most_topics = 3 -%}

with

topics as (

    select * from {{ ref('care_tips_topics') }}

),

tips as (

    select * from {{ ref('care_topics') }}

),

languages as (

    select * from {{ ref('mail_languages') }}

),

ranked as (

    select
        topics.*,
        {{ in_language('tips.title', 'languages.locale') }} as title,
        {{ in_language('tips.tip', 'languages.locale') }} as tip,
        row_number() over (
            partition by topics.order_id
            order by topics.net_amount desc, topics.care_topic asc
        ) as place
    from topics
    inner join tips on topics.care_topic = tips.care_topic
    left join languages on topics.customer_id = languages.customer_id

),

grouped as (

    select
        ranked.order_id,
        string_agg(
            replace(ranked.care_topic, '_', ' '), ', ' order by ranked.place
        ) as topic_list,
        jsonb_agg(
            jsonb_build_object('title', ranked.title, 'text', ranked.tip)
            order by ranked.place
        ) as tips,
        {{ basket_evidence('ranked') }} as evidence
    from ranked
    where ranked.place <= {{ most_topics }}
    group by ranked.order_id

)

-- The most expensive product names the mail.
select
    foremost.customer_id,
    foremost.order_id || ':' || foremost.care_topic as occasion,
    (foremost.last_date + 1 - {{ as_of_date() }})::double precision
    / (foremost.last_date + 1 - foremost.first_date) as score,
    {{ shop_moment('foremost.first_date') }} as not_before,
    {{ shop_moment('foremost.last_date + 1') }} as not_after,
    format(
        'The order of %s arrived on %s and held something new to this'
        ' customer: %s.',
        foremost.ordered_date, foremost.delivered_date, grouped.topic_list
    ) as reason,
    grouped.evidence,
    jsonb_build_object(
        'lead_title', foremost.title,
        'tips', grouped.tips
    ) as context
from ranked as foremost
inner join grouped on foremost.order_id = grouped.order_id
where foremost.place = 1
