with

source as (

    select * from {{ source('raw', 'consents') }}

),

renamed as (

    select
        consent_id,
        customer_id,
        channel,
        purpose,
        is_granted,
        granted_at,
        source,
        updated_at
    from source

)

select * from renamed
