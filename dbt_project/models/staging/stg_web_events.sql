with

source as (

    select * from {{ source('raw', 'web_events') }}

),

renamed as (

    select
        event_id,
        customer_id,
        event_type,
        product_id,
        search_text,
        occurred_at,
        updated_at
    from source

)

select * from renamed
