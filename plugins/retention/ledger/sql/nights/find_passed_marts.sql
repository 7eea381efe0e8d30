-- The marts that passed their checks on a night.
select checks.mart
from ledger.mart_checks as checks
where checks.night = %(night)s and checks.passed
order by checks.mart
