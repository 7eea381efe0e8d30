-- approved -> issued: each of its cards has, or had, a code.
update ledger.reward_runs as runs
set
    state = 'issued',
    issued_at = %(now)s
where
    runs.run = %(run)s
    and runs.state = 'approved'
    and not exists (
        select from ledger.gift_cards as card
        where card.run = runs.run and card.state = 'planned'
    )
