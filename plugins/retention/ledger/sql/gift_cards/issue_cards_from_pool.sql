-- planned -> issued: the merchant's own codes of the same amount, those that
-- end soonest first. A card without a code left stays planned.
-- Cards are held first, so that none becomes void while it takes a code.
with held as (
    select
        card.card_id,
        card.customer_id,
        card.occasion,
        card.currency,
        card.amount
    from ledger.gift_cards as card
    where
        card.state = 'planned'
        and card.is_from_pool
        and card.source = %(source)s
        and (
            card.run is not distinct from %(run)s or card.replaces is not null
        )
    order by card.card_id
    for update
),

waiting as (
    select
        held.card_id,
        held.currency,
        held.amount,
        row_number() over (
            partition by held.currency, held.amount
            order by held.customer_id, held.occasion
        ) as place
    from held
),

spare as (
    select
        pool.code_hash,
        pool.code_plain,
        pool.currency,
        pool.amount,
        coalesce(pool.expires_date, %(expires_date)s) as expires_date,
        row_number() over (
            partition by pool.currency, pool.amount
            order by pool.expires_date asc nulls last, pool.code_hash asc
        ) as place
    from ledger.gift_card_pool as pool
    where
        pool.card_id is null
        and (
            pool.expires_date is null
            or pool.expires_date >= %(least_expires_date)s
        )
),

paired as (
    select
        wait.card_id,
        spar.code_hash,
        spar.code_plain,
        spar.expires_date
    from waiting as wait
    inner join spare as spar
        on
            wait.currency = spar.currency
            and wait.amount = spar.amount
            and wait.place = spar.place
),

taken as (
    update ledger.gift_card_pool as pool
    set
        card_id = pair.card_id,
        code_plain = null,
        claimed_at = %(now)s
    from paired as pair
    where pool.code_hash = pair.code_hash and pool.card_id is null
    returning pool.code_hash
)

update ledger.gift_cards as card
set
    state = 'issued',
    code_plain = pair.code_plain,
    code_hash = pair.code_hash,
    code_last_four = right(translate(pair.code_plain, ' -', ''), 4),
    expires_date = pair.expires_date,
    issued_at = %(now)s
from paired as pair
inner join taken on pair.code_hash = taken.code_hash
where card.card_id = pair.card_id and card.state = 'planned'
