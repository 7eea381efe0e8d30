with

accounts as (

    select * from {{ ref('int_accounts') }}
    where created_at < {{ as_of() }}

),

-- When a code is taken, the customer who came later gets a longer one.
numbered as (

    select
        customer_id,
        owner_customer_id,
        row_number() over (
            partition by {{ referral_code('customer_id') }}
            order by created_at, customer_id
        ) as place
    from accounts

),

coded as (

    select
        customer_id,
        owner_customer_id,
        {{ referral_code('customer_id', '7 + place::int') }} as referral_code
    from numbered

)

select
    customer_id,
    owner_customer_id,
    referral_code
from coded
