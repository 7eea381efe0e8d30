-- The totals of a run, tier by tier.
select
    totals.currency,
    totals.tier_threshold,
    totals.amount,
    totals.card_count
from ledger.reward_totals as totals
where totals.run = %(run)s
order by totals.currency, totals.tier_threshold
