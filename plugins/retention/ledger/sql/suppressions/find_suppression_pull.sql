-- Until when a list of SendGrid has been pulled.
select
    pull.pulled_until,
    pull.fully_pulled_at
from ledger.suppression_pulls as pull
where pull.source = %(source)s
