{{ config(materialized='by_customer') }}

with

orders as (

    select * from {{ ref('int_orders') }}

),

lines as (

    select * from {{ ref('int_baskets') }}

),

weighed as (

    {{ focused_weights('product_type') | indent(4) }}

)

select * from weighed
