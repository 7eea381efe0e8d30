-- Number of the customers that other campaigns find on the same night.
select
    others.campaign,
    count(distinct others.customer_id) as customer_count
from backtest_decisions.candidates
inner join backtest_decisions.candidates as others
    on
        candidates.customer_id = others.customer_id
        and candidates.campaign <> others.campaign
where candidates.campaign = %(campaign)s
group by others.campaign
order by others.campaign
