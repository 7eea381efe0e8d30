with

source as (

    select * from {{ source('rewards', 'reward_grades') }}

),

renamed as (

    select
        run,
        quarter,
        customer_id,
        currency,
        spend,
        tier_threshold,
        amount
    from source

)

select * from renamed
