-- Remove the affinities of the previous fit.
delete from ledger.ease_affinities
