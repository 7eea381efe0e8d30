-- Record the unsubscribe group of a consent purpose, also for later. If it is
-- another group than before, it still has to get everybody who unsubscribed.
with remembered as (
    insert into ledger.unsubscribe_group_ids (group_id, purpose)
    values (%(group_id)s, %(purpose)s)
    on conflict (group_id) do update set purpose = excluded.purpose
)

insert into ledger.unsubscribe_groups (
    purpose, group_id, name, ensured_at
)
values (%(purpose)s, %(group_id)s, %(name)s, %(now)s)
on conflict (purpose) do update
    set
        group_id = excluded.group_id,
        name = excluded.name,
        ensured_at = excluded.ensured_at,
        adopted_at = case
            when unsubscribe_groups.group_id = excluded.group_id
                then unsubscribe_groups.adopted_at
        end
