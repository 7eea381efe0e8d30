-- The marts whose data could be trusted on a night.
select chec.mart
from ledger.mart_checks as chec
where chec.night = %(night)s and chec.passed
order by chec.mart
