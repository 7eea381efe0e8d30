{#- Runs after each of the night's tables, in the same transaction, and stores its fingerprint and
    the night for which it was built. A fingerprint is a hash of the compiled SQL (which contains
    the night) or of the seed's file, and of the fingerprints of everything that it reads; from it
    `retention diff` knows which of the night's tables an edited project would build unchanged.
    `retention.ledger.fingerprints` computes it in the same way. -#}
{%- macro remember_fingerprint() -%}
    {%- if execute and target.name == 'night' -%}
        {%- set fingerprints = fingerprints_relation() -%}
        {%- set own = (model.compiled_code or model.checksum.checksum) | replace('"' ~ target.database ~ '".', '') -%}
        {%- set read = ["''"] -%}
        {%- for id in model.depends_on.nodes or [] if id in graph.nodes -%}
            {%- do read.append("'" ~ graph.nodes[id].name ~ "'") -%}
        {%- endfor -%}
        insert into {{ fingerprints }} (model, night_date, fingerprint)
        select
            '{{ model.name }}',
            {{ as_of_date() }},
            md5('{{ local_md5(own) }}' || coalesce(string_agg(fingerprint, '' order by model collate "C"), ''))
        from {{ fingerprints }}
        where model in ({{ read | join(', ') }})
        on conflict (model) do update set night_date = excluded.night_date, fingerprint = excluded.fingerprint
    {%- endif -%}
{%- endmacro -%}

{#- The table of fingerprints, created when it does not exist. If several models find it missing at
    once, the second waits for the first and then has nothing to create. -#}
{%- macro fingerprints_relation() -%}
    {%- set relation = api.Relation.create(target.database, target.schema, 'fingerprints') -%}
    {%- if run_query("select to_regclass('" ~ relation ~ "') is null").rows[0][0] -%}
        {#- Without the lock, a transaction can see that another one has just created the schema, and yet
            not find it: PostgreSQL tells sessions of new names a moment after the commit. -#}
        {%- do run_query("select pg_advisory_xact_lock(hashtext('" ~ relation ~ "'))") -%}
        {%- for made in [
            'schema if not exists ' ~ target.schema,
            'table if not exists ' ~ relation
            ~ ' (model text primary key, night_date date not null, fingerprint text not null)',
        ] -%}
            {%- do run_query(
                'do $$ begin create ' ~ made ~ '; exception when unique_violation then null; end $$'
            ) -%}
        {%- endfor -%}
        {%- do run_query(
            'comment on table ' ~ relation ~ " is 'One row per table that the night built, with its fingerprint"
            ~ " and the local date of that night.'"
        ) -%}
    {%- endif -%}
    {{ return(relation) }}
{%- endmacro -%}
