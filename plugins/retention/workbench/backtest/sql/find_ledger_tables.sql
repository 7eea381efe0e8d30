-- The tables of the ledger.
select pg_class.relname
from pg_class
where
    pg_class.relnamespace = 'ledger'::regnamespace
    and pg_class.relkind in ('r', 'p')
order by pg_class.relname
