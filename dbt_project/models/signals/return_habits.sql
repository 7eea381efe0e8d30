{#- Weight of the shop's average, in order lines, against a customer's own
    lines. -#}
{%- set prior_lines = 20 -%}

with

orders as (

    select * from {{ ref('order_amounts') }}

),

returned as (

    select * from {{ ref('int_customer_returns') }}

),

bought as (

    select
        customer_id,
        sum(bought_line_count) as bought_line_count,
        sum(bought_amount) as bought_amount,
        sum(bought_amount - kept_amount) as returned_amount
    from orders
    group by customer_id

),

customers as (

    select
        bought.*,
        coalesce(returned.returned_line_count, 0) as returned_line_count,
        returned.last_returned_at,
        coalesce(returned.evidence, '[]') as evidence
    from bought
    left join returned on bought.customer_id = returned.customer_id

),

shop as (

    select
        sum(returned_line_count) / sum(bought_line_count) as line_share,
        sum(returned_amount) / sum(bought_amount) as amount_share,
        sum(bought_amount) / sum(bought_line_count) as line_amount
    from customers

),

smoothed as (

    select
        customers.*,
        shop.line_share as shop_line_share,
        (
            customers.returned_line_count
            + {{ prior_lines }} * shop.line_share
        ) / (
            customers.bought_line_count + {{ prior_lines }}
        ) as returned_line_share,
        (
            customers.returned_amount
            + {{ prior_lines }} * shop.line_amount * shop.amount_share
        ) / (
            customers.bought_amount + {{ prior_lines }} * shop.line_amount
        ) as returned_amount_share
    from customers
    cross join shop

)

select
    customer_id,
    bought_line_count::int as bought_line_count,
    returned_line_count,
    bought_amount::numeric(14, 2) as bought_amount,
    returned_amount::numeric(14, 2) as returned_amount,
    returned_line_share::numeric(13, 12) as returned_line_share,
    returned_amount_share::numeric(13, 12) as returned_amount_share,
    (returned_line_share / nullif(shop_line_share, 0))::numeric(24, 12)
        as times_average,
    last_returned_at,
    evidence
from smoothed
