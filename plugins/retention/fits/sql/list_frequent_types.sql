-- The product types in the most baskets of a period.
select
    baskets.product_type,
    count(*) as basket_count
from shop.baskets
where
    baskets.ordered_date >= %(first_date)s::date
    and baskets.ordered_date < %(night)s::date
group by baskets.product_type
having count(*) >= %(minimum_baskets)s
order by
    count(*) desc,
    baskets.product_type asc
limit %(most_types)s
