with

customers as (

    select * from {{ ref('int_known_customers') }}

),

weights as (

    select * from {{ ref('int_focused_types') }}

),

items as (

    select * from {{ ref('int_item_weights') }}

),

ranked as (

    {{ next_basket('product_type', 'product_type') | indent(4) }}

)

select * from ranked
