-- The nights for which the warehouse has graded quarters.
select distinct grades.known_date
from rewards_reporting.quarter_grades as grades
order by grades.known_date
