-- Import the merchant's codes, given as arrays of equal length. Returns the
-- lines of codes that are already known.
with given as (
    select
        code.line,
        code.code,
        code.currency,
        code.amount,
        code.expires_date,
        ledger.hash_gift_card_code(code.code) as code_hash
    from
        unnest(
            %(lines)s::integer[],
            %(codes)s::text[],
            %(currencies)s::text[],
            %(amounts)s::numeric[],
            %(expires_dates)s::date[]
        ) as code (line, code, currency, amount, expires_date)
),

added as (
    insert into ledger.gift_card_pool as pool (
        code_hash,
        code_plain,
        currency,
        amount,
        expires_date,
        imported_at
    )
    select
        given.code_hash,
        given.code,
        given.currency,
        given.amount,
        given.expires_date,
        %(now)s as imported_at
    from given
    where
        not exists (
            select from ledger.gift_cards as card
            where card.code_hash = given.code_hash
        )
    order by given.code_hash
    on conflict (code_hash) do nothing
    returning pool.code_hash
)

select given.line
from given
left join added on given.code_hash = added.code_hash
where added.code_hash is null
order by given.line
