-- What a run comes to, tier by tier.
select
    tots.currency,
    tots.tier_threshold,
    tots.amount,
    tots.card_count
from ledger.reward_totals as tots
where tots.run = %(run)s
order by tots.currency, tots.tier_threshold
