{#- Customers who have viewed one product type recently and often enough to mean
    it, and are still choosing. Days are the shop's local days. -#}
{%- set minimum_interest = 1.5 -%}
{%- set minimum_days = 2 -%}
{%- set fresh_days = 3 -%}
{#- Well below the signal's 90 days, because the first view is the occasion. -#}
{%- set wave_days = 30 -%}

with

wishes as (

    select * from {{ ref('browse_reminder_wishes') }}

),

product_types as (

    select * from {{ ref('product_types') }}
    where is_suggestible

),

products as (

    select * from {{ ref('browse_reminder_products') }}

),

languages as (

    select * from {{ ref('mail_languages') }}

),

-- Of several wishes the strongest.
strongest as (

    select distinct on (wishes.customer_id)
        wishes.*,
        product_types.name_en,
        {{ in_language('product_types.name', 'languages.locale') }} as name,
        products.items
    from wishes
    inner join product_types
        on wishes.product_type = product_types.product_type
    inner join products
        on
            wishes.customer_id = products.customer_id
            and wishes.product_type = products.product_type
    left join languages on wishes.customer_id = languages.customer_id
    where
        wishes.interest >= {{ minimum_interest }}
        and wishes.day_count >= {{ minimum_days }}
        and wishes.last_looked_date >= {{ as_of_date() }} - {{ fresh_days }}
        and wishes.first_looked_date >= {{ as_of_date() }} - {{ wave_days }}
    order by
        wishes.customer_id asc,
        wishes.interest desc,
        wishes.product_type asc

)

select
    customer_id,
    product_type || ':' || first_looked_date as occasion,
    (interest / (1 + interest))::double precision as score,
    {{ shop_moment('last_looked_date + 1') }} as not_before,
    {{ shop_moment('last_looked_date + ' ~ (fresh_days + 1)) }} as not_after,
    format(
        'Looked for %s on %s days, last on %s, has ordered nothing since and'
        ' has nothing waiting in a cart.',
        name_en, day_count, last_looked_date
    ) as reason,
    evidence,
    jsonb_build_object(
        'type_name', name,
        'type_title', {{ sentence_case('name') }},
        'items', items
    ) as context
from strongest
