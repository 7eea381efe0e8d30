with

source as (

    select * from {{ source('raw', 'order_lines') }}

),

renamed as (

    select
        order_line_id,
        order_id,
        product_id,
        quantity,
        net_amount,
        discount_amount,
        quantity > 0 and net_amount > 0 as is_sale,
        updated_at
    from source

)

select * from renamed
