with

customers as (

    select
        customer_id,
        created_at,
        nullif(lower(trim(email)), '') as email,
        case
            when trim(street) <> ''
                then {{ address_key('street', 'postal_code', 'city') }}
        end as address_key
    from {{ ref('stg_customers') }}

),

merged_customers as (

    select * from {{ ref('merged_customers') }}
    where merged_date < {{ as_of_date() }}

),

known as (

    select
        customers.*,
        coalesce(merged_customers.customer_id, customers.customer_id)
            as owner_customer_id
    from customers
    left join merged_customers
        on customers.customer_id = merged_customers.old_customer_id

),

-- Accounts whose rows the shop removed when it merged them.
gone as (

    select
        merged_customers.old_customer_id as customer_id,
        {{ shop_moment('merged_customers.merged_date') }} as created_at,
        merged_customers.customer_id as owner_customer_id
    from merged_customers
    left join customers
        on merged_customers.old_customer_id = customers.customer_id
    where customers.customer_id is null

)

select
    customer_id,
    owner_customer_id,
    created_at,
    email,
    address_key
from known

union all

select
    customer_id,
    owner_customer_id,
    created_at,
    null as email,
    null as address_key
from gone
