with

source as (

    select * from {{ source('raw', 'preferences') }}

),

renamed as (

    select
        preference_id,
        customer_id,
        name,
        value,
        stated_at,
        updated_at
    from source

)

select * from renamed
