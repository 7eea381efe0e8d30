-- Show the ledger's rows of the nights before the replay, and the replay's own.
create view {replayed_view} as
select * from {ledger_table} -- noqa: AM04
where night < {first_night}
union all
select * from {replayed_table}
