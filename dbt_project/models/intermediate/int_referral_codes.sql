with

customers as (

    select * from {{ ref('stg_customers') }}
    where created_at < {{ as_of() }}

),

merged_customers as (

    select * from {{ ref('merged_customers') }}
    where merged_date < {{ as_of_date() }}

),

-- Who comes later to a code that is taken gets a longer one.
numbered as (

    select
        customer_id,
        row_number() over (
            partition by {{ referral_code('customer_id') }}
            order by created_at, customer_id
        ) as place
    from customers

),

coded as (

    select
        customer_id,
        {{ referral_code('customer_id', '7 + place::int') }} as referral_code
    from numbered

)

select
    coded.customer_id,
    coded.referral_code,
    coalesce(merged_customers.customer_id, coded.customer_id)
        as owner_customer_id
from coded
left join merged_customers
    on coded.customer_id = merged_customers.old_customer_id
