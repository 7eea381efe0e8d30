-- The customer's rows of a mart that a sentence can tell of, with what holds
-- for each beside it. The names in quotes cannot be those of a mart's columns.
select
    mart.*, -- noqa: AM04
    {conditions},
    count(*) over () as "rows in all" -- noqa: RF05
from {mart} as mart
where mart.customer_id = %(customer_id)s and ({any_condition})
order by {row_order}
limit %(most)s
