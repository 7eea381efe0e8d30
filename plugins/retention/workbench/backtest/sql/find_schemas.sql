-- The schemas whose names begin with a prefix.
select pg_namespace.nspname
from pg_namespace
where starts_with(pg_namespace.nspname, %(prefix)s)
order by pg_namespace.nspname
