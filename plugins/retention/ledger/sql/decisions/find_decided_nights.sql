-- The nights that the warehouse holds decisions of at the moment.
select distinct decs.night
from decisions.decisions as decs
order by decs.night
