with

claims as (

    select * from {{ ref('int_referral_claims') }}

),

circles as (

    select * from {{ ref('int_referral_circles') }}

),

judged as (

    select
        claims.*,
        case
            when claims.refused_reason is not null then claims.refused_reason
            when circles.order_id is not null then 'circular'
            when not claims.is_kept then 'returned'
            when claims.kept_amount < {{ var('referral_minimum_spend') }}
                then 'below_minimum_spend'
        end as final_reason
    from claims
    left join circles on claims.order_id = circles.order_id

),

graded as (

    select
        *,
        case
            when final_reason is not null then 'refused'
            when window_end_date < {{ as_of_date() }} then 'earned'
            else 'waiting'
        end as status
    from judged

)

select
    customer_id,
    order_id,
    referrer_customer_id,
    referral_code,
    ordered_at,
    window_end_date,
    kept_amount::numeric(14, 2) as kept_amount,
    status,
    final_reason as refused_reason,
    case when status = 'earned' then window_end_date + 1 end as earned_date,
    jsonb_build_object(
        'order_id', order_id,
        'ordered_date', {{ shop_time('ordered_at') }}::date,
        'referral_code', referral_code,
        'kept_amount', kept_amount::numeric(14, 2),
        'window_end_date', window_end_date,
        'first_order_id', first_order_id
    ) as evidence
from graded
