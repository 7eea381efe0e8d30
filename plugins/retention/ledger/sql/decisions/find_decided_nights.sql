-- The nights that the warehouse holds decisions of at the moment.
select distinct decisions.night
from decisions.decisions
order by decisions.night
