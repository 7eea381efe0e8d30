-- Make room for the affinities of another fit.
delete from ledger.ease_affinities
