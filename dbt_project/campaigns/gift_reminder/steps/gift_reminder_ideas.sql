{#- Ideas for each occasion: what suits the recipient's age then, or, without an
    age, the kind of product that was given last time. -#}
{%- set idea_count = 4 -%}

with

occasions as (

    select * from {{ ref('gift_occasions') }}

),

leading_products as (

    select * from {{ ref('products') }}
    where type_rank = 1

),

product_types as (

    select * from {{ ref('product_types') }}

),

languages as (

    select * from {{ ref('mail_languages') }}

),

listed as (

    select distinct
        occasions.customer_id,
        occasions.recipient_key,
        occasions.last_given_date,
        false as is_next,
        line.value ->> 'product_type' as product_type
    from occasions
    cross join jsonb_array_elements(occasions.evidence) as line (value)
    where
        (line.value ->> 'ordered_date')::date = occasions.last_given_date

    union all

    select
        occasions.customer_id,
        occasions.recipient_key,
        occasions.last_given_date,
        true as is_next,
        following.product_type
    from occasions
    cross join
        jsonb_array_elements_text(occasions.next_product_types)
            as following (product_type)

),

named as (

    select
        listed.*,
        {{ in_language('product_types.name', 'languages.locale') }} as name,
        leading_products.product_id,
        bool_or(listed.is_next) over (
            partition by
                listed.customer_id,
                listed.recipient_key,
                listed.last_given_date
        ) as is_older,
        row_number() over (
            partition by
                listed.customer_id,
                listed.recipient_key,
                listed.last_given_date,
                listed.is_next
            order by listed.product_type
        ) as place
    from listed
    inner join product_types
        on listed.product_type = product_types.product_type
    inner join leading_products
        on listed.product_type = leading_products.product_type
    left join languages on listed.customer_id = languages.customer_id

)

select
    customer_id,
    recipient_key,
    last_given_date,
    is_older,
    string_agg(name, ', ' order by place)
    filter (where not is_next) as given,
    jsonb_agg({{ mail_item('name', 'product_id') }} order by place)
    filter (where is_next = is_older) as ideas
from named
where place <= {{ idea_count }}
group by customer_id, recipient_key, last_given_date, is_older
