-- The product types in the most baskets of a period.
select
    bask.product_type,
    count(*) as basket_count
from shop.baskets as bask
where
    bask.ordered_date >= %(first_date)s::date
    and bask.ordered_date < %(night)s::date
group by bask.product_type
having count(*) >= %(minimum_baskets)s
order by
    count(*) desc,
    bask.product_type asc
limit %(most_types)s
