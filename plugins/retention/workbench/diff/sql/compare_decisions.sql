-- Where the decisions of all campaigns have moved, from the night's to those of
-- the edited project; how many of them now give way to the edited campaign.
with winners as (
    select distinct customer_id
    from {decisions_after}
    where campaign = %(campaign)s and outcome = 'send'
)

select
    coalesce(after.campaign, before.campaign) as campaign,
    before.outcome as before,
    after.outcome as after,
    count(*) as count,
    count(winners.customer_id) as yielding
from {decisions_before} as before
full outer join {decisions_after} as after
    on
        before.campaign = after.campaign
        and before.customer_id = after.customer_id
        and before.occasion = after.occasion
left join winners
    on
        after.customer_id = winners.customer_id
        and after.outcome = 'outranked'
        and before.outcome = 'send'
group by
    coalesce(after.campaign, before.campaign), before.outcome, after.outcome
order by
    coalesce(after.campaign, before.campaign) asc,
    before.outcome asc nulls last,
    after.outcome asc nulls last
