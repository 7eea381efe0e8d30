-- The nights up to which the warehouse has graded quarters.
select distinct grad.known_date
from rewards_reporting.quarter_grades as grad
order by grad.known_date
