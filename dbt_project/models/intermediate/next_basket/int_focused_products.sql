{{ config(materialized='by_customer') }}
-- depends_on: {{ ref('int_customer_versions') }}

with

orders as (

    select * from {{ ref('kept_orders') }}

),

lines as (

    select * from {{ ref('order_lines') }}

),

weighed as (

    {{ focused_weights('product_id') | indent(4) }}

)

select * from weighed
