-- Number of the customers that other campaigns find on the same night.
select
    othe.campaign,
    count(distinct othe.customer_id) as customer_count
from backtest_decisions.candidates as cand
inner join backtest_decisions.candidates as othe
    on
        cand.customer_id = othe.customer_id
        and cand.campaign <> othe.campaign
where cand.campaign = %(campaign)s
group by othe.campaign
order by othe.campaign
