{{ config(materialized='by_customer') }}

with

orders as (

    select * from {{ ref('kept_orders') }}

),

lines as (

    select * from {{ ref('baskets') }}

),

weighed as (

    {{ focused_weights('product_type') | indent(4) }}

)

select * from weighed
