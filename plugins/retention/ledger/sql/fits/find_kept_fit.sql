-- The latest kept fit of a model, at this night or before.
select
    fits.signal,
    fits.night,
    fits.parameters,
    fits.figures,
    fits.fitted_at
from ledger.fits
where fits.signal = %(signal)s and fits.night <= %(night)s and fits.is_kept
order by fits.night desc
limit 1
