-- Create the table of candidates of the nights so far, for this session alone.
create temporary table replayed_candidates (
    night date,
    customer_id text,
    occasion text,
    outcome text
)
