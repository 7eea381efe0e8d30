-- Record until when a list of SendGrid has been pulled.
insert into ledger.suppression_pulls as pull (
    source, pulled_until, fully_pulled_at
)
values (%(source)s, %(pulled_until)s, %(fully_pulled_at)s)
on conflict (source) do update
    set
        pulled_until = excluded.pulled_until,
        fully_pulled_at = excluded.fully_pulled_at
