{#- Weight of the shop's distribution, in orders, against a customer's own
    orders. -#}
{%- set prior_orders = 5 -%}
{%- set minimum_orders = 5 -%}
{%- set minimum_lift = 1.1 -%}

with

customers as (

    select * from {{ ref('int_customer_weights') }}

),

order_windows as (

    select * from {{ ref('int_order_windows') }}

),

global_windows as (

    select * from {{ ref('int_global_windows') }}

),

global_window as (

    select
        start_hour,
        share
    from global_windows
    where is_best

),

-- In a window where a customer's own orders have no weight, the share cannot
-- exceed the shop's, so only windows with own orders are compared.
predicted as (

    select
        order_windows.customer_id,
        order_windows.start_hour,
        (order_windows.weight + {{ prior_orders }} * global_windows.share)
        / (order_windows.all_hours_weight + {{ prior_orders }}) as share
    from order_windows
    inner join global_windows
        on order_windows.start_hour = global_windows.start_hour

),

best_windows as (

    select distinct on (customer_id)
        customer_id,
        start_hour,
        share
    from predicted
    order by customer_id asc, share desc, start_hour asc

),

judged as (

    select
        customers.customer_id,
        customers.order_count,
        best_windows.start_hour,
        best_windows.share,
        global_window.start_hour as global_window_start_hour,
        global_window.share as global_share,
        customers.order_count >= {{ minimum_orders }}
        and best_windows.share > {{ minimum_lift }} * global_window.share
            as is_personal
    from customers
    inner join best_windows
        on customers.customer_id = best_windows.customer_id
    cross join global_window

)

select
    customer_id,
    order_count,
    case
        when is_personal then start_hour else global_window_start_hour
    end as window_start_hour,
    case when is_personal then share else global_share end as predicted_share,
    is_personal,
    global_window_start_hour,
    global_share
from judged
