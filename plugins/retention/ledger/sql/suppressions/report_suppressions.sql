-- Merge reports about addresses into the suppressions. For each address, scope
-- and source the latest suppression and the latest removal count, so the order
-- and the number of reports do not matter. If both are of the same second, the
-- suppression wins. A removal without a known suppression is stored as one that
-- began at the epoch.
with reports as (
    select
        lower(report.address) as address,
        report.scope,
        report.source,
        coalesce(max(report.suppressed_at), 'epoch') as suppressed_at,
        max(report.removed_at) as removed_at
    from
        jsonb_to_recordset(%(reports)s::jsonb) as report (
            address text,
            scope text,
            source text,
            suppressed_at timestamptz,
            removed_at timestamptz
        )
    group by lower(report.address), report.scope, report.source
)

insert into ledger.suppressions (
    address, scope, source, suppressed_at, removed_at
)
select
    reports.address,
    reports.scope,
    reports.source,
    reports.suppressed_at,
    case
        when reports.removed_at > reports.suppressed_at then reports.removed_at
    end as removed_at
from reports
order by reports.address asc, reports.scope asc, reports.source asc
on conflict (address, scope, source) do update
    set
        suppressed_at = greatest(
            suppressions.suppressed_at, excluded.suppressed_at
        ),
        removed_at = case
            when
                greatest(suppressions.removed_at, excluded.removed_at)
                > greatest(suppressions.suppressed_at, excluded.suppressed_at)
                then greatest(suppressions.removed_at, excluded.removed_at)
        end
    where
    suppressions.suppressed_at < excluded.suppressed_at
    or coalesce(suppressions.removed_at, suppressions.suppressed_at)
    < excluded.removed_at
