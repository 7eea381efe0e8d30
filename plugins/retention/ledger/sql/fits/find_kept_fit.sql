-- The last kept fit of a model at the night or before.
select
    fitd.signal,
    fitd.night,
    fitd.parameters,
    fitd.figures,
    fitd.fitted_at
from ledger.fits as fitd
where fitd.signal = %(signal)s and fitd.night <= %(night)s and fitd.is_kept
order by fitd.night desc
limit 1
