-- Whether this session may replay nights: one backtest at a time.
select
    pg_try_advisory_lock(
        hashtextextended('retention.workbench.backtest', 0)
    ) as is_locked
