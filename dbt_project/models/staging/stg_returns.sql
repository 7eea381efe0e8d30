with

source as (

    select * from {{ source('raw', 'returns') }}

),

renamed as (

    select
        return_id,
        order_line_id,
        quantity,
        amount,
        returned_at,
        updated_at
    from source

)

select * from renamed
