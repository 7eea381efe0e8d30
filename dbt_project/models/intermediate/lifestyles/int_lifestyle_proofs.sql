with

purchases as (

    select * from {{ ref('int_lifestyle_purchases') }}

),

lifestyle_types as (

    select * from {{ ref('lifestyle_types') }}

),

rules as (

    select * from {{ ref('lifestyle_rules') }}

),

required_types as (

    select
        lifestyle,
        count(*) filter (where role = 'required') as required_count
    from rules
    group by lifestyle

),

moments as (

    select distinct
        purchases.customer_id,
        purchases.lifestyle,
        purchases.ordered_at,
        purchases.ordered_date,
        lifestyle_types.window_days,
        lifestyle_types.minimum_confidence,
        required_types.required_count
    from purchases
    inner join lifestyle_types
        on purchases.lifestyle = lifestyle_types.lifestyle
    inner join required_types
        on purchases.lifestyle = required_types.lifestyle

),

-- The purchases within the window up to each purchase; a type counts once.
gathered as (

    select distinct
        moments.customer_id,
        moments.lifestyle,
        moments.ordered_at,
        moments.ordered_date,
        moments.window_days,
        moments.minimum_confidence,
        moments.required_count,
        purchases.product_type,
        purchases.weight,
        purchases.is_required
    from moments
    inner join purchases
        on
            moments.customer_id = purchases.customer_id
            and moments.lifestyle = purchases.lifestyle
            and moments.ordered_at >= purchases.ordered_at
            and moments.ordered_date - moments.window_days
            <= purchases.ordered_date

),

proofs as (

    select
        customer_id,
        lifestyle,
        ordered_at,
        ordered_date,
        window_days,
        least(sum(weight), 1) as confidence
    from gathered
    group by
        customer_id,
        lifestyle,
        ordered_at,
        ordered_date,
        window_days,
        minimum_confidence,
        required_count
    having
        sum(weight) >= minimum_confidence
        and count(*) filter (where is_required) = required_count

)

select * from proofs
