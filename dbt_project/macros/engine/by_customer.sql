{#-
    A materialization for tables in which each row depends only on one customer's order lines, and has
    a `customer_id`. The model is written like that of any table, for all customers; a night then
    rebuilds only the rows of customers whose lines have changed since the rows were built.

    Each such table has a small companion, `<model>_versions`. It has the version (see
    `int_customer_versions`) from which each customer's rows were built, and, as its comment, the
    definition hash: a hash of the model's compiled SQL and of the definition hashes of the models it
    reads. A different hash (an edited model, macro or var), `--full-refresh`, or a change of many
    customers rebuilds the whole table. Nights are not remembered: whichever was built before, and
    wherever it failed, each table knows its stale customers. A model that uses `as_of()` is rebuilt
    every night.
-#}
{% materialization by_customer, adapter='postgres' %}
    {%- set kept = load_cached_relation(this) -%}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set sources = version_sources() -%}
    {%- set definition_hash = definition_hash_of(sources) -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {%- if kept is none or should_full_refresh() or known_definition_hash(this) != definition_hash -%}
        {%- set stale = {'share': 1} -%}
    {%- else -%}
        {%- set stale = stale_customers(sources) -%}
    {%- endif -%}
    {%- if stale.share > 1 / 3 -%}
        {% do make_all_customers(target_relation, kept, sources, definition_hash) %}
    {%- else -%}
        {% do make_stale_customers(target_relation, stale.customer_ids, sources) %}
    {%- endif -%}

    {% do persist_docs(target_relation, model) %}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{#- Builds the whole table next to the existing one, and replaces that when it is complete. -#}
{%- macro make_all_customers(target_relation, kept, sources, definition_hash) -%}
    {%- set fresh = make_intermediate_relation(target_relation) -%}
    {%- do run_query('drop table if exists ' ~ fresh) -%}
    {%- call statement('main') -%}
        {{ get_create_table_as_sql(False, fresh, sql) }}
    {%- endcall -%}
    {%- do create_indexes(fresh) -%}
    {%- if kept is not none -%}
        {%- do adapter.drop_relation(kept) -%}
    {%- endif -%}
    {%- do adapter.rename_relation(fresh, target_relation) -%}
    {%- do run_query(
        'drop table if exists ' ~ versions_of(target_relation) ~ ';'
        ~ 'create table ' ~ versions_of(target_relation) ~ ' as ' ~ current_versions(sources) ~ ';'
        ~ 'comment on table ' ~ versions_of(target_relation) ~ " is '" ~ definition_hash ~ "'"
    ) -%}
{%- endmacro -%}

{#- Replaces the rows of the given customers (an array, as text) in one statement. PostgreSQL pushes
    the condition on a grouping or partitioning column down to the tables that are read. -#}
{%- macro make_stale_customers(target_relation, customer_ids, sources) -%}
    {%- set columns = get_quoted_csv(
        adapter.get_columns_in_relation(target_relation) | map(attribute='name') | list
    ) -%}
    {%- set is_stale = "customer_id = any('" ~ customer_ids | replace("'", "''") ~ "'::text[])" -%}
    {%- call statement('main') -%}
        delete from {{ target_relation }} where {{ is_stale }};
        delete from {{ versions_of(target_relation) }} where {{ is_stale }};
        insert into {{ versions_of(target_relation) }} (customer_id, version)
        select customer_id, version from ({{ current_versions(sources) }}) as sources where {{ is_stale }};
        insert into {{ target_relation }} ({{ columns }})
        select {{ columns }} from ({{ sql }}) as made where {{ is_stale }}
    {%- endcall -%}
{%- endmacro -%}

{#- The customers whose rows are missing, left over or of another version, as the text of an array,
    and their share of all customers. -#}
{%- macro stale_customers(sources) -%}
    {%- set found = run_query(
        "select coalesce(array_agg(customer_id order by customer_id) filter (where is_stale), '{}')::text,"
        ~ ' count(*) filter (where is_stale) / greatest(count(*), 1)::float8 from ('
        ~ 'select customer_id, (current.version = made.version) is not true as is_stale'
        ~ ' from (' ~ current_versions(sources) ~ ') as current full join ' ~ versions_of(this)
        ~ ' as made using (customer_id)) as customers'
    ) -%}
    {{ return({'customer_ids': found.rows[0][0], 'share': found.rows[0][1]}) }}
{%- endmacro -%}
