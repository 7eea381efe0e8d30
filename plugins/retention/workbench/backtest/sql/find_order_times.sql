-- The times of the first and the last known order.
select
    min(line.ordered_at) as earliest,
    max(line.ordered_at) as latest
from backtest_shop.order_lines as line
