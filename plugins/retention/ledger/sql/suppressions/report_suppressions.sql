-- Merge what was reported about addresses into what is known. Of each address,
-- scope and source the latest suppression and the latest removal count, so the
-- outcome is the same in whatever order, and however often, reports come. On
-- one and the same second the suppression wins. A removal of something whose
-- beginning nobody told us began at the epoch.
with reports as (
    select
        lower(repo.address) as address,
        repo.scope,
        repo.source,
        coalesce(max(repo.suppressed_at), 'epoch') as suppressed_at,
        max(repo.removed_at) as removed_at
    from
        jsonb_to_recordset(%(reports)s::jsonb) as repo (
            address text,
            scope text,
            source text,
            suppressed_at timestamptz,
            removed_at timestamptz
        )
    group by lower(repo.address), repo.scope, repo.source
)

insert into ledger.suppressions as supp (
    address, scope, source, suppressed_at, removed_at
)
select
    repo.address,
    repo.scope,
    repo.source,
    repo.suppressed_at,
    case
        when repo.removed_at > repo.suppressed_at then repo.removed_at
    end as removed_at
from reports as repo
order by repo.address asc, repo.scope asc, repo.source asc
on conflict (address, scope, source) do update
    set
        suppressed_at = greatest(supp.suppressed_at, excluded.suppressed_at),
        removed_at = case
            when
                greatest(supp.removed_at, excluded.removed_at)
                > greatest(supp.suppressed_at, excluded.suppressed_at)
                then greatest(supp.removed_at, excluded.removed_at)
        end
    where
    supp.suppressed_at < excluded.suppressed_at
    or coalesce(supp.removed_at, supp.suppressed_at) < excluded.removed_at
