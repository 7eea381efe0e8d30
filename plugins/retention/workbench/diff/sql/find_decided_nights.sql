-- The nights whose decisions the warehouse holds; one, or none.
select distinct decisions.night
from decisions.decisions
