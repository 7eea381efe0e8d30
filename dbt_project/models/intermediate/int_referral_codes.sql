with

customers as (

    select * from {{ ref('stg_customers') }}
    where created_at < {{ as_of() }}

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
    customer_id,
    referral_code
from coded
