with

customers as (

    select * from {{ ref('stg_customers') }}

),

weights as (

    select * from {{ ref('int_customer_weights') }}

),

known as (

    select customer_id
    from customers
    where created_at < {{ as_of() }}

    union distinct

    select customer_id
    from weights

)

select * from known
