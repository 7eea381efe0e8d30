{#- The table with the versions from which the rows of a `by_customer` table were built. -#}
{%- macro versions_of(relation) -%}
    {%- set identifier = relation.identifier ~ '_versions' -%}
    {{ return(api.Relation.create(relation.database, relation.schema, identifier)) }}
{%- endmacro -%}

{#- The tables that the model being built reads, as tables of (customer_id, version). A model may
    read other `by_customer` models, and whatever `int_customer_versions` reads; changes of anything
    else would go unnoticed. -#}
{%- macro version_sources() -%}
    {%- set versions_id = 'model.' ~ project_name ~ '.int_customer_versions' -%}
    {%- set covered = graph.nodes[versions_id].depends_on.nodes -%}
    {%- set sources = [] -%}
    {%- for id in model.depends_on.nodes -%}
        {%- set read = graph.nodes[id] -%}
        {%- set relation = ref(read.name) -%}
        {%- if id == versions_id -%}
            {%- do sources.append(relation) -%}
        {%- elif read.config.materialized == 'by_customer' -%}
            {%- do sources.append(versions_of(relation)) -%}
        {%- elif id not in covered -%}
            {%- do exceptions.raise_compiler_error(
                model.name ~ ' is materialized by_customer but reads ' ~ read.name ~ ', and changes'
                ~ ' of that do not change the version of a customer. Read another model, or materialize it as a table.'
            ) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if not sources -%}
        {%- do exceptions.raise_compiler_error(
            model.name ~ ' is materialized by_customer but reads no versions. Add the line'
            ~ " `-- depends_on: {{ ref('int_customer_versions') }}`."
        ) -%}
    {%- endif -%}
    {{ return(sources) }}
{%- endmacro -%}

{#- A query of each customer's version in the tables that are read; null where they disagree, because a
    run stopped half-way between them. -#}
{%- macro current_versions(sources) -%}
    select
        customer_id,
        case
            when count(*) = {{ sources | length }} and min(version) = max(version) then min(version)
        end as version
    from (
        {%- for source in sources %}
            select customer_id, version from {{ source }}
            {{- ' union all' if not loop.last }}
        {%- endfor %}
    ) as sources
    group by customer_id
{%- endmacro -%}

{#- A hash of everything that the rows depend on except the order lines; the same in every
    database. -#}
{%- macro definition_hash_of(sources) -%}
    {%- set database = '"' ~ target.database ~ '".' -%}
    {%- set parts = [sql | replace(database, ''), config.get('indexes') | string] -%}
    {%- for source in sources -%}
        {%- do parts.append(comment_of(source) | string) -%}
    {%- endfor -%}
    {{ return(local_md5(parts | join('\n'))) }}
{%- endmacro -%}

{#- The definition hash from which the rows of a `by_customer` table were built; none if it is not
    known. -#}
{%- macro known_definition_hash(relation) -%}
    {{ return(comment_of(versions_of(relation))) }}
{%- endmacro -%}

{#- The comment of a table; none if there is no such table. -#}
{%- macro comment_of(relation) -%}
    {{ return(run_query("select obj_description(to_regclass('" ~ relation ~ "'), 'pg_class')").rows[0][0]) }}
{%- endmacro -%}
