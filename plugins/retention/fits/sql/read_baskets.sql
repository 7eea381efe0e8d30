-- The baskets of a period, each as the positions of its product types in a
-- given list. Product types that are not in the list are skipped.
with listed as (
    select
        list.product_type,
        (list.place - 1)::int as place
    from
        unnest(%(product_types)s::text[]) with ordinality
            as list (product_type, place)
)

select array_agg(listed.place) as places
from shop.baskets
inner join listed on baskets.product_type = listed.product_type
where
    baskets.ordered_date >= %(first_date)s::date
    and baskets.ordered_date < %(night)s::date
group by baskets.order_id
