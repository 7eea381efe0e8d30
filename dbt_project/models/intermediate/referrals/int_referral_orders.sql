with

coded_orders as (

    select * from {{ ref('int_coded_orders') }}

),

order_lines as (

    select * from {{ ref('stg_order_lines') }}
    where is_sale

),

products as (

    select * from {{ ref('stg_products') }}
    where is_merchandise

),

returns as (

    select * from {{ ref('stg_returns') }}
    where returned_at < {{ as_of() }}

),

-- Returns within the window; later ones do not matter, because the reward is
-- earned by then.
returned as (

    select
        order_lines.order_line_id,
        sum(returns.quantity) as quantity,
        sum(returns.amount) as amount
    from coded_orders
    inner join order_lines on coded_orders.order_id = order_lines.order_id
    inner join returns on order_lines.order_line_id = returns.order_line_id
    where
        returns.returned_at
        < {{ shop_moment('coded_orders.window_end_date + 1') }}
    group by order_lines.order_line_id

),

summed as (

    select
        order_lines.order_id,
        coalesce(sum(
            greatest(order_lines.net_amount - coalesce(returned.amount, 0), 0)
        ) filter (
            where order_lines.quantity > coalesce(returned.quantity, 0)
        ), 0) as kept_amount,
        bool_or(order_lines.quantity > coalesce(returned.quantity, 0))
            as is_kept
    from order_lines
    inner join products on order_lines.product_id = products.product_id
    inner join coded_orders on order_lines.order_id = coded_orders.order_id
    left join returned
        on order_lines.order_line_id = returned.order_line_id
    group by order_lines.order_id

)

select
    coded_orders.order_id,
    coded_orders.customer_id,
    coded_orders.ordered_at,
    coded_orders.referral_code,
    coded_orders.window_end_date,
    coded_orders.is_cancelled,
    summed.is_kept and not coded_orders.is_cancelled as is_kept,
    case
        when coded_orders.is_cancelled then 0
        when coded_orders.currency = '{{ var("shop_currency") }}'
            then summed.kept_amount
        else 0
    end as kept_amount
from coded_orders
inner join summed on coded_orders.order_id = summed.order_id
