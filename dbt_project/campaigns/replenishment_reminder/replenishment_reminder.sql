{#- Customers who are likely to need something again soon. Mails promise to ask
    only once: days_ahead + days_late must stay below cooldown_days (.yml). -#}
{%- set days_ahead = 7 -%}
{%- set gaps_ahead = 0.33 -%}
{%- set days_late = 3 -%}
{%- set minimum_probability = 0.3 -%}
{%- set most_types = 4 -%}

with

product_types as (

    select * from {{ ref('product_types') }}
    where is_consumable

),

languages as (

    select * from {{ ref('mail_languages') }}

),

due as (

    select
        *,
        {{ shop_time('last_ordered_at') }}::date as last_ordered_date
    from {{ ref('replenishment') }}
    where
        buy_probability >= {{ minimum_probability }}
        and due_date - {{ as_of_date() }} between -{{ days_late }}
        and least({{ days_ahead }}, {{ gaps_ahead }} * typical_gap_days)

),

due_types as (

    select
        due.*,
        languages.locale,
        product_types.name_en,
        {{ in_language('product_types.name', 'languages.locale') }} as name,
        row_number() over (
            partition by due.customer_id
            order by due.due_date asc, due.product_type asc
        ) as place
    from due
    inner join product_types on due.product_type = product_types.product_type
    left join languages on due.customer_id = languages.customer_id

),

grouped as (

    select
        customer_id,
        max(buy_probability) as buy_probability,
        jsonb_agg(
            {{ mail_item('name', 'product_id', habit_words()) }}
            order by place
        ) as items,
        jsonb_agg(
            jsonb_build_object(
                'product_type', product_type,
                'due_date', due_date,
                'buy_probability', buy_probability,
                'purchases', evidence
            ) order by place
        ) as evidence
    from due_types
    where place <= {{ most_types }}
    group by customer_id

)

-- The type that is due first names the mail, and its last order is the
-- occasion, so that tomorrow the same need is the same occasion.
select
    earliest.customer_id,
    (earliest.evidence #>> '{0,order_id}') || ':' || earliest.product_type
        as occasion,
    grouped.buy_probability as score,
    {{ shop_moment('earliest.due_date - ' ~ days_ahead) }} as not_before,
    {{ shop_moment('earliest.due_date + ' ~ (days_late + 1)) }} as not_after,
    format(
        'Usually buys %s every %s days, last on %s, so due about %s (%s %%'
        ' likely within 14 days).',
        earliest.name_en, round(earliest.typical_gap_days),
        earliest.last_ordered_date, earliest.due_date,
        round(earliest.buy_probability * 100)
    ) as reason,
    grouped.evidence,
    jsonb_build_object(
        'lead_name', earliest.name,
        'lead_title', {{ sentence_case('earliest.name') }},
        'items', grouped.items
    ) as context
from due_types as earliest
inner join grouped on earliest.customer_id = grouped.customer_id
where earliest.place = 1
