with

excluded_customers as (

    select * from {{ ref('excluded_customers') }}

),

accounts as (

    select * from {{ ref('int_accounts') }}

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
    from accounts
    where
        lower(split_part(email, '@', 2))
        = any(array[{{ quoted_list(var('staff_email_domains')) }}]::text[])

),

excluded as (

    select
        *,
        1 as place
    from listed

    union all

    select
        *,
        2 as place
    from staff

),

-- All accounts of a customer with an excluded account are excluded.
holders as (

    select
        accounts.owner_customer_id as customer_id,
        format('has account %s: %s', excluded.customer_id, excluded.reason)
            as reason,
        3 as place
    from excluded
    inner join accounts on excluded.customer_id = accounts.customer_id
    where accounts.owner_customer_id <> accounts.customer_id

),

told as (

    select * from excluded

    union all

    select * from holders

)

select distinct on (customer_id)
    customer_id,
    reason
from told
order by customer_id asc, place asc, reason asc
