-- The candidates of a campaign in two builds of it: of each kind of difference
-- the number, and the candidates that weigh most.
with compared as (
    select
        coalesce(after.customer_id, before.customer_id) as customer_id,
        coalesce(after.occasion, before.occasion) as occasion,
        to_jsonb(before.*) as before,
        to_jsonb(after.*) as after,
        case
            when before.customer_id is null then 'added'
            when after.customer_id is null then 'dropped'
            when (
                (
                    before.score, before.not_before, before.not_after,
                    before.reason, before.evidence, before.context
                )
                is distinct from (
                    after.score, after.not_before, after.not_after,
                    after.reason, after.evidence, after.context
                )
            ) then 'changed'
            else 'same'
        end as kind,
        coalesce(
            abs(after.score - before.score), after.score, before.score
        ) as weight
    from {candidates_before} as before
    full outer join {candidates_after} as after
        on
            before.customer_id = after.customer_id
            and before.occasion = after.occasion
),

placed as (
    select
        compared.*,
        count(*) over (partition by compared.kind) as count,
        row_number() over (
            partition by compared.kind
            order by
                compared.weight desc,
                compared.customer_id asc,
                compared.occasion asc
        ) as place
    from compared
)

select
    placed.kind,
    placed.count,
    placed.customer_id,
    placed.occasion,
    placed.before,
    placed.after
from placed
where placed.place <= %(most)s
order by placed.kind, placed.place
