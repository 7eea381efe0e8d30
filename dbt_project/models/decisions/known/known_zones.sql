with

customers as (

    select * from {{ ref('stg_customers') }}

),

named as (

    select distinct time_zone
    from customers

),

known as (

    {{ known_time_zones() }}

)

select
    named.time_zone as named_zone,
    known.time_zone
from named
inner join known on lower(named.time_zone) = lower(known.time_zone)
