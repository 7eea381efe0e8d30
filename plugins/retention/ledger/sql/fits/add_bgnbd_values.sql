-- Store the values of a fit, given as arrays of equal length.
insert into ledger.bgnbd_values (
    customer_id, expected_orders, expected_order_amount, night
)
select
    customer.customer_id,
    customer.expected_orders,
    customer.expected_order_amount,
    %(night)s as night
from
    unnest(
        %(customer_ids)s::text[],
        %(expected_orders)s::double precision[],
        %(expected_order_amounts)s::double precision[]
    ) as customer (customer_id, expected_orders, expected_order_amount)
