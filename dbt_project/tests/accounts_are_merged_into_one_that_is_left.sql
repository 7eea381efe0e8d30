{{ config(severity='warn') }}

-- A chain of merges would make two people of one: each row must name the
-- account that remains in the end. `retention check` rejects chains and names
-- the row.
with merged_customers as (

    select * from {{ ref('merged_customers') }}
    where merged_date < {{ as_of_date() }}

)

select
    merged_customers.old_customer_id,
    merged_customers.customer_id
from merged_customers
inner join merged_customers as later_merges
    on merged_customers.customer_id = later_merges.old_customer_id
