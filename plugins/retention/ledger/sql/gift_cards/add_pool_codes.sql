-- Import the merchant's codes, given as columns of equal length; what is known
-- already comes back by its line.
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
        givn.code_hash,
        givn.code,
        givn.currency,
        givn.amount,
        givn.expires_date,
        %(now)s as imported_at
    from given as givn
    where
        not exists (
            select from ledger.gift_cards as card
            where card.code_hash = givn.code_hash
        )
    order by givn.code_hash
    on conflict (code_hash) do nothing
    returning pool.code_hash
)

select givn.line
from given as givn
left join added on givn.code_hash = added.code_hash
where added.code_hash is null
order by givn.line
