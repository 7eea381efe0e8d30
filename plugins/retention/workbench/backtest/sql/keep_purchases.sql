-- Remember what was bought from the first replayed night on, while the lines
-- are those of a night that knows it.
insert into replayed_purchases (customer_id, ordered_at, product_type)
select distinct
    line.customer_id,
    line.ordered_at,
    line.product_type
from backtest_shop.order_lines as line
where line.ordered_at >= %(opens_at)s
