with

source as (

    select * from {{ source('raw', 'customers') }}

),

renamed as (

    select
        customer_id,
        email,
        first_name,
        last_name,
        coalesce(locale, '{{ var("default_locale") }}') as locale,
        coalesce(time_zone, '{{ var("shop_timezone") }}') as time_zone,
        birth_date,
        street,
        postal_code,
        city,
        country,
        created_at,
        updated_at
    from source

)

select * from renamed
