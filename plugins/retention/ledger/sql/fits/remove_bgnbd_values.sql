-- Make room for the values of another fit.
delete from ledger.bgnbd_values
