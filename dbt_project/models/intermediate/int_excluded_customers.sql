with

excluded_customers as (

    select * from {{ ref('excluded_customers') }}

),

customers as (

    select * from {{ ref('stg_customers') }}

),

listed as (

    select
        customer_id,
        reason
    from excluded_customers
    where since_date < {{ as_of_date() }}

),

staff as (

    select
        customer_id,
        'has an address of ' || lower(split_part(email, '@', 2)) as reason
    from customers
    where
        lower(split_part(email, '@', 2))
        = any(array[{{ quoted_list(var('staff_email_domains')) }}]::text[])

),

excluded as (

    select * from listed

    union all

    select * from staff
    where customer_id not in (select listed.customer_id from listed)

)

select * from excluded
