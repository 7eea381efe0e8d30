{#- Customers who have bought something and lack what belongs with it according
    to the shop's staff (complements.csv), within these local days after its
    delivery. -#}
{%- set days_after = 4 -%}
{%- set days_until = 21 -%}
{%- set shown_products = 3 -%}

with

complements as (

    select * from {{ ref('complete_the_set_complements') }}

),

-- If there are several orders, the one delivered last, and in it the purchase
-- whose complement is suggested first.
bought as (

    select distinct on (customer_id) *
    from complements
    where delivered_days between {{ days_after }} and {{ days_until }}
    order by
        customer_id asc,
        delivered_date desc,
        order_id asc,
        suggestion_rank asc

),

ranked as (

    select
        complements.*,
        row_number() over (
            partition by complements.customer_id
            order by complements.suggestion_rank
        ) as place
    from complements
    inner join bought
        on
            complements.customer_id = bought.customer_id
            and complements.order_id = bought.order_id
            and complements.source_type = bought.source_type

),

listed as (

    select
        customer_id,
        string_agg(name_en, ', ' order by place) as missing_names,
        jsonb_agg(
            {{ product_item(
                sentence_case('name'), 'product_id', 'product_name'
            ) }} order by place
        ) as items,
        jsonb_agg(
            jsonb_build_object(
                'product_type', product_type,
                'note', note,
                'purchases', evidence
            ) order by place
        ) as evidence
    from ranked
    where place <= {{ shown_products }}
    group by customer_id

)

select
    bought.customer_id,
    bought.order_id as occasion,
    ({{ days_until }} + 1 - bought.delivered_days)::double precision
    / ({{ days_until }} + 1 - {{ days_after }}) as score,
    {{ shop_moment('bought.delivered_date + ' ~ days_after) }} as not_before,
    {{ shop_moment('bought.delivered_date + ' ~ (days_until + 1)) }}
        as not_after,
    format(
        'Ordered %s on %s, delivered on %s, and has never bought what belongs'
        ' with it: %s.',
        bought.source_name, bought.ordered_date, bought.delivered_date,
        listed.missing_names
    ) as reason,
    listed.evidence,
    jsonb_build_object(
        'subject_name', bought.subject_name,
        'bought_name', bought.bought_name,
        'ordered_day', {{ day_words('bought.ordered_date', 'bought.locale') }},
        'items', listed.items
    ) as context
from bought
inner join listed on bought.customer_id = listed.customer_id
