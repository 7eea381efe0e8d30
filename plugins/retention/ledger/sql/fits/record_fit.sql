-- Record the result of a model's fit for the night; a repeated fit replaces it.
insert into ledger.fits (
    signal, night, is_kept, parameters, figures, message, fitted_at
)
values (
    %(signal)s,
    %(night)s,
    %(is_kept)s,
    %(parameters)s::jsonb,
    %(figures)s::jsonb,
    %(message)s,
    %(fitted_at)s
)
on conflict (signal, night) do update
    set
        is_kept = excluded.is_kept,
        parameters = excluded.parameters,
        figures = excluded.figures,
        message = excluded.message,
        fitted_at = excluded.fitted_at
