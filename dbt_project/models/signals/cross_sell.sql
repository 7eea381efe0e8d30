with

ranks as (

    select * from {{ ref('int_cross_sell_ranks') }}

),

purchases as (

    select * from {{ ref('int_cross_sell_evidence') }}

)

select
    ranks.customer_id,
    ranks.suggestion_rank,
    ranks.product_type,
    ranks.is_complement,
    ranks.note,
    purchases.source_type,
    purchases.source_ordered_date,
    ranks.score,
    ranks.affinity_sum,
    ranks.popularity,
    purchases.evidence
from ranks
inner join purchases
    on
        ranks.customer_id = purchases.customer_id
        and ranks.product_type = purchases.product_type
