{#- After each of the night's tables, in the same transaction: by which recipe it was made, and for which
    night. A recipe is a hash of the compiled SQL (which names the night) or of the seed's file, and of the
    recipes of all that it reads; so `retention diff` knows which of the night's tables an edited project
    would make alike. `retention.ledger.recipes` reckons it in the same way. -#}
{%- macro remember_recipe() -%}
    {%- if execute and target.name == 'night' -%}
        {%- set recipes = recipes_relation() -%}
        {%- set own = (model.compiled_code or model.checksum.checksum) | replace('"' ~ target.database ~ '".', '') -%}
        {%- set read = ["''"] -%}
        {%- for id in model.depends_on.nodes or [] if id in graph.nodes -%}
            {%- do read.append("'" ~ graph.nodes[id].name ~ "'") -%}
        {%- endfor -%}
        insert into {{ recipes }} (model, night_date, recipe)
        select
            '{{ model.name }}',
            {{ as_of_date() }},
            md5('{{ local_md5(own) }}' || coalesce(string_agg(recipe, '' order by model collate "C"), ''))
        from {{ recipes }}
        where model in ({{ read | join(', ') }})
        on conflict (model) do update set night_date = excluded.night_date, recipe = excluded.recipe
    {%- endif -%}
{%- endmacro -%}

{#- The table of recipes, made when there is none. Of several models that find none at once the second
    waits for the first, and then has nothing to make. -#}
{%- macro recipes_relation() -%}
    {%- set relation = api.Relation.create(target.database, target.schema, 'recipes') -%}
    {%- if run_query("select to_regclass('" ~ relation ~ "') is null").rows[0][0] -%}
        {%- for made in [
            'schema if not exists ' ~ target.schema,
            'table if not exists ' ~ relation
            ~ ' (model text primary key, night_date date not null, recipe text not null)',
        ] -%}
            {%- do run_query(
                'do $$ begin create ' ~ made ~ '; exception when unique_violation then null; end $$'
            ) -%}
        {%- endfor -%}
        {%- do run_query(
            'comment on table ' ~ relation ~ " is 'One row per table that the night made: the hash of all it"
            ~ " was made by, and the local date of that night.'"
        ) -%}
    {%- endif -%}
    {{ return(relation) }}
{%- endmacro -%}
