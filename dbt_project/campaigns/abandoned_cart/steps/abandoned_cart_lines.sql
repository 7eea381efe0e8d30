with

cart_lines as (

    select * from {{ ref('cart_lines') }}

),

baskets as (

    select * from {{ ref('baskets') }}

),

products as (

    select * from {{ ref('products') }}

),

-- Product types that mails may name.
product_types as (

    select * from {{ ref('product_types') }}

),

filled as (

    select
        *,
        max(added_at) over (partition by cart_id) as last_filled_at
    from cart_lines

),

-- Another product of the type will do as well.
bought_types as (

    select
        customer_id,
        product_type,
        max(ordered_at) as last_ordered_at
    from baskets
    group by customer_id, product_type

)

select
    filled.cart_line_id,
    filled.cart_id,
    filled.customer_id,
    filled.last_filled_at,
    filled.added_at,
    filled.product_id,
    products.product_type,
    products.product_name,
    filled.quantity,
    filled.net_amount,
    row_number() over (
        partition by filled.cart_id
        order by
            filled.net_amount desc nulls last,
            filled.added_at desc,
            filled.cart_line_id asc
    )::int as place
from filled
inner join products on filled.product_id = products.product_id
inner join product_types on products.product_type = product_types.product_type
left join bought_types
    on
        filled.customer_id = bought_types.customer_id
        and products.product_type = bought_types.product_type
where
    filled.is_left
    and (bought_types.last_ordered_at < filled.added_at) is not false
