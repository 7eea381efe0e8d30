-- Create the table of what was bought, for this session alone.
create temporary table replayed_purchases (
    customer_id text,
    ordered_at timestamptz,
    product_type text
)
