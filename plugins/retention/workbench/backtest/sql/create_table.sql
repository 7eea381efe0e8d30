-- Create the replay's own table for what its nights write.
create table {replayed_table} (like {ledger_table} including all)
