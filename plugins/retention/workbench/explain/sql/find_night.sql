-- The local date of the night that the marts are built for; any row tells it.
select (last_ordered_at at time zone %(zone)s)::date + recency_days as night
from {lifecycle}
limit 1 -- noqa: AM09
