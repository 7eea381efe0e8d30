{#- Months between two birthdays. -#}
{%- set months_between = 12 -%}

with

known_customers as (

    select * from {{ ref('int_known_customers') }}

),

customers as (

    select
        customer_id,
        birth_date,
        {{ months_until_next('birth_date', months_between) }} as months_on
    from {{ ref('stg_customers') }}
    where birth_date < {{ as_of_date() }}

)

select
    customers.customer_id,
    (customers.birth_date + make_interval(months => customers.months_on))::date
        as next_birthday_date,
    customers.months_on / {{ months_between }} as next_age
from customers
inner join known_customers
    on customers.customer_id = known_customers.customer_id
