-- The nights whose decisions are in the warehouse now.
select distinct decisions.night
from decisions.decisions
order by decisions.night
