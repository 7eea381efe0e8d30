-- Keep the purchases since the first replayed night, from the order lines of a
-- later night.
insert into replayed_purchases (customer_id, ordered_at, product_type)
select distinct
    line.customer_id,
    line.ordered_at,
    line.product_type
from backtest_shop.order_lines as line
where line.ordered_at >= %(opens_at)s
