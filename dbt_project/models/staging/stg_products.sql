with

source as (

    select * from {{ source('raw', 'products') }}

),

renamed as (

    select
        product_id,
        product_name,
        department,
        product_category,
        product_type,
        brand,
        package_size,
        product_url,
        image_url,
        coalesce(
            department
            in ({{ quoted_list(var('non_merchandise_departments')) }})
            or product_category
            in ({{ quoted_list(var('non_merchandise_categories')) }}),
            false
        ) = false
        and product_type is not null as is_merchandise,
        updated_at
    from source

)

select * from renamed
