{#- Months between two anniversaries of a gift. -#}
{%- set months_between = 12 -%}

with

occasion_gifts as (

    select * from {{ ref('int_occasion_gifts') }}

),

baskets as (

    select * from {{ ref('baskets') }}

),

attributes as (

    select * from {{ ref('product_attributes') }}

),

occasions as (

    select
        customer_id,
        recipient_key,
        order_id,
        last_given_date,
        {{ months_until_next('last_given_date', months_between) }} as months_on
    from occasion_gifts
    where order_id = last_order_id

),

given as (

    select
        occasions.customer_id,
        occasions.recipient_key,
        occasions.last_given_date,
        occasions.months_on,
        attributes.care_topic,
        attributes.minimum_age_months + occasions.months_on
            as next_minimum_age_months,
        attributes.maximum_age_months + occasions.months_on
            as next_maximum_age_months
    from occasions
    inner join baskets on occasions.order_id = baskets.order_id
    left join attributes on baskets.product_type = attributes.product_type

),

followed as (

    select
        given.customer_id,
        given.recipient_key,
        given.last_given_date,
        given.months_on,
        min(given.next_minimum_age_months) as next_minimum_age_months,
        max(given.next_maximum_age_months) as next_maximum_age_months,
        jsonb_agg(distinct attributes.product_type)
        filter (where attributes.product_type is not null)
            as next_product_types
    from given
    left join attributes
        on
            given.care_topic = attributes.care_topic
            and given.next_minimum_age_months >= attributes.minimum_age_months
            and given.next_minimum_age_months
            < coalesce(attributes.maximum_age_months, 'infinity'::float8)
    group by
        given.customer_id,
        given.recipient_key,
        given.last_given_date,
        given.months_on

)

select
    customer_id,
    recipient_key,
    last_given_date,
    months_on,
    next_minimum_age_months,
    next_maximum_age_months,
    coalesce(next_product_types, '[]'::jsonb) as next_product_types
from followed
