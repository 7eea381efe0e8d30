-- Approved runs with cards that wait for one of the merchant's codes.
select distinct runs.run
from ledger.reward_runs as runs
inner join ledger.gift_cards as card on runs.run = card.run
where runs.state = 'approved' and card.state = 'planned' and card.is_from_pool
order by runs.run
