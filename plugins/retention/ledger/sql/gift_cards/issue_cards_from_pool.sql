-- planned -> issued: give cards the merchant's codes of the same amount, those
-- that expire first. A card for which no code is left stays planned. The cards
-- are locked first, so that none is voided while it gets a code.
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
        waiting.card_id,
        spare.code_hash,
        spare.code_plain,
        spare.expires_date
    from waiting
    inner join spare
        on
            waiting.currency = spare.currency
            and waiting.amount = spare.amount
            and waiting.place = spare.place
),

taken as (
    update ledger.gift_card_pool as pool
    set
        card_id = paired.card_id,
        code_plain = null,
        claimed_at = %(now)s
    from paired
    where pool.code_hash = paired.code_hash and pool.card_id is null
    returning pool.code_hash
)

update ledger.gift_cards as card
set
    state = 'issued',
    code_plain = paired.code_plain,
    code_hash = paired.code_hash,
    code_last_four = right(translate(paired.code_plain, ' -', ''), 4),
    expires_date = paired.expires_date,
    issued_at = %(now)s
from paired
inner join taken on paired.code_hash = taken.code_hash
where card.card_id = paired.card_id and card.state = 'planned'
