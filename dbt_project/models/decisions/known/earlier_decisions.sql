{{ config(materialized='view') }}

with

decisions as (

    select * from {{ source('ledger', 'decisions') }}
    where
        night < {{ as_of_date() }}
        and night >= {{ as_of_date() }} - {{ longest_expiry() }}

),

nights as (

    select * from {{ source('ledger', 'nights') }}

),

-- On nights that were computed only for the record, no candidate waited.
sending_nights as (

    select distinct night
    from nights
    where enqueued_at is not null

)

select
    decisions.campaign,
    decisions.customer_id,
    decisions.occasion,
    min(decisions.night) as first_night
from decisions
inner join sending_nights on decisions.night = sending_nights.night
group by decisions.campaign, decisions.customer_id, decisions.occasion
