-- Which of these keyed hashes belong to people who were forgotten.
select ersd.address_hash
from ledger.erased as ersd
where ersd.address_hash = any(%(address_hashes)s::text[])
