with

shipments as (

    select * from {{ ref('stg_shipments') }}

),

orders as (

    select * from {{ ref('stg_orders') }}

),

customers as (

    select * from {{ ref('stg_customers') }}

),

-- Most parcels of a customer have the same label, so each label is parsed once.
labels as (

    select distinct
        orders.customer_id,
        coalesce(shipments.recipient_name, '') as recipient_name,
        coalesce(shipments.street, '') as street,
        coalesce(shipments.postal_code, '') as postal_code,
        coalesce(shipments.city, '') as city
    from shipments
    inner join orders on shipments.order_id = orders.order_id
    where shipments.shipped_at < {{ as_of() }}

),

read_labels as (

    select
        labels.customer_id,
        labels.recipient_name,
        labels.street,
        labels.postal_code,
        labels.city,
        {{ address_key('labels.street', 'labels.postal_code', 'labels.city') }}
            as address_key,
        {{ plain_words('labels.recipient_name') }} as recipient_words,
        {{ address_key(
            'customers.street', 'customers.postal_code', 'customers.city'
        ) }} as own_address_key,
        {{ plain_words('customers.first_name') }} as own_first_name,
        {{ plain_words('customers.last_name') }} as own_last_name
    from labels
    left join customers on labels.customer_id = customers.customer_id

),

-- What cannot be compared is assumed to be the customer's own.
compared as (

    select
        customer_id,
        recipient_name,
        street,
        postal_code,
        city,
        address_key,
        recipient_words,
        initcap(split_part(btrim(recipient_name), ' ', 1)) as first_name,
        street = '' or coalesce(address_key = own_address_key, true)
            as is_own_address,
        coalesce(
            recipient_words = ''
            or string_to_array(recipient_words, ' ')
            @> string_to_array(own_first_name || ' ' || own_last_name, ' ')
            or recipient_words
            = left(own_first_name, 1) || ' ' || own_last_name,
            true
        ) as is_own_name
    from read_labels

)

select * from compared
