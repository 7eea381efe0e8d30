-- Count refused posts to the event webhook.
insert into ledger.webhook_refusals as refusals (
    refused_on, reason, refusal_count, last_refused_at
)
values (
    (%(now)s at time zone 'UTC')::date, %(reason)s, %(number)s, %(now)s
)
on conflict (refused_on, reason) do update
    set
        refusal_count = refusals.refusal_count + excluded.refusal_count,
        last_refused_at = excluded.last_refused_at
