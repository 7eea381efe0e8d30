-- Record that a run planned its messages, or why it did not.
update ledger.nights
set
    enqueued_at = case
        when %(withheld_reason)s::text is null then %(now)s::timestamptz
    end,
    withheld_reason = %(withheld_reason)s
where run_id = %(run_id)s
