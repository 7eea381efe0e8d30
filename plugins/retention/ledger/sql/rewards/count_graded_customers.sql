-- Whom a run looked at, and whom it left out for what reason, by currency.
select
    grad.currency,
    grad.left_out_reason,
    count(*)::int as customer_count
from ledger.reward_grades as grad
where grad.run = %(run)s
group by grad.currency, grad.left_out_reason
order by grad.currency asc, grad.left_out_reason asc nulls first
