{#- What a customer bought most often, of the products that mails can name. -#}
{%- set favourite_count = 4 -%}

with

purchase_weights as (

    select * from {{ ref('type_weights') }}

),

purchase_evidence as (

    select * from {{ ref('purchase_evidence') }}

),

product_types as (

    select * from {{ ref('product_types') }}

),

languages as (

    select * from {{ ref('mail_languages') }}

),

ranked as (

    select
        evidence.customer_id,
        evidence.product_id,
        {{ in_language('product_types.name', 'languages.locale') }} as name,
        row_number() over (
            partition by evidence.customer_id
            order by weights.purchase_count desc, weights.product_type asc
        ) as place
    from purchase_evidence as evidence
    inner join purchase_weights as weights
        on
            evidence.customer_id = weights.customer_id
            and evidence.product_type = weights.product_type
    inner join product_types
        on evidence.product_type = product_types.product_type
    left join languages on evidence.customer_id = languages.customer_id

)

select
    customer_id,
    jsonb_agg({{ mail_item('name', 'product_id') }} order by place)
        as favourites
from ranked
where place <= {{ favourite_count }}
group by customer_id
