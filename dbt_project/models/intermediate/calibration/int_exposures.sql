with

type_weights as (

    select * from {{ ref('type_weights') }}

),

purchase_days as (

    select * from {{ ref('int_purchase_days') }}

),

customer_weights as (

    select * from {{ ref('int_customer_weights') }}

),

orders as (

    select * from {{ ref('kept_orders') }}

),

replenishment as (

    {{ backtest('replenishment', 'type_weights', 'purchase_days') | indent(4) }}

),

subscription_candidates as (

    {{ backtest(
        'subscription_candidates', 'type_weights', 'purchase_days'
    ) | indent(4) }}

),

lifecycle as (

    {{ backtest('lifecycle', 'customer_weights', 'orders') | indent(4) }}

),

tested as (

    select * from replenishment
    union all
    select * from subscription_candidates
    union all
    select * from lifecycle

)

select * from tested
