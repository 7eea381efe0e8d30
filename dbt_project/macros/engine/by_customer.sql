{#-
    A table of which each row is made from one customer's order lines alone, and has a `customer_id`.
    Its model is written like that of any table, about all customers; a night then makes anew only
    the rows of those whose lines are not what the rows were made from.

    Beside each such table stands a small one, `<model>_versions`: for each customer the version (see
    `int_customer_versions`) from which the rows were made, and, as its comment, the definition hash:
    of the model's compiled SQL and of the definition hashes of the models it reads. Another hash (an
    edited model, macro or var), `--full-refresh`, or a change of many customers make the whole table anew.
    Nothing is remembered of nights: whichever was built before, and wherever it failed, each table
    knows its stale customers. A model that asks for `as_of()` is made anew every night.
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

{#- The table anew, beside the kept one until it is whole. -#}
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

{#- The rows of the customers named (an array, as text) replaced, in one statement. PostgreSQL takes
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

{#- Whose rows are missing, left over or of another version, as the text of an array, and what share
    of all customers they are. -#}
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
