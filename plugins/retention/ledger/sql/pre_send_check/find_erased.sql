-- Which of these keyed hashes belong to erased people.
select erased.address_hash
from ledger.erased
where erased.address_hash = any(%(address_hashes)s::text[])
