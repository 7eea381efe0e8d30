with

source as (

    select * from {{ source('raw', 'stores') }}

),

renamed as (

    select
        store_id,
        store_name,
        city,
        country,
        updated_at
    from source

)

select * from renamed
