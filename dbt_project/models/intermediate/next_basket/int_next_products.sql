with

customers as (

    select * from {{ ref('int_known_customers') }}

),

weights as (

    select * from {{ ref('int_focused_products') }}

),

items as (

    select * from {{ ref('int_item_weights') }}

),

ranked as (

    {{ next_basket('product', 'product_id') | indent(4) }}

)

select * from ranked
