-- Nobody is sent two marketing messages by one night.
select
    customer_id,
    count(*) as message_count
from {{ ref('decisions') }}
where kind = 'marketing' and outcome = 'send'
group by customer_id
having count(*) > 1
