-- Remove the values of the previous fit.
delete from ledger.bgnbd_values
