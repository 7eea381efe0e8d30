-- Show a table of the ledger in the replay's ledger.
create view {replayed_view} as
select * from {ledger_table} -- noqa: AM04
