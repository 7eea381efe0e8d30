{#- What a campaign's .yml says under config.meta.campaign; empty while dbt only parses. -#}
{%- macro campaign_settings(name) -%}
    {%- if not execute -%}
        {{ return({}) }}
    {%- endif -%}
    {%- set key = 'model.' ~ project_name ~ '.' ~ name -%}
    {{ return(graph.nodes[key].config.meta.campaign) }}
{%- endmacro -%}

{#- The marts a campaign reads, directly or through others, of those that must pass a check. -#}
{%- macro guarded_marts_of(name) -%}
    {%- set found = [] -%}
    {%- if execute -%}
        {%- set waiting = ['model.' ~ project_name ~ '.' ~ name] -%}
        {%- for _ in graph.nodes if waiting -%}
            {%- for parent in graph.nodes[waiting.pop()].depends_on.nodes -%}
                {%- if parent in graph.nodes and parent not in found -%}
                    {%- do found.append(parent) -%}
                    {%- do waiting.append(parent) -%}
                {%- endif -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endif -%}
    {%- set names = found | map('replace', 'model.' ~ project_name ~ '.', '') | list -%}
    {{ return(var('guarded_marts') | select('in', names) | list) }}
{%- endmacro -%}

{#- The page of a product in the shop, for a mail's link. -#}
{%- macro product_page(product_id) -%}
    replace('{{ var("product_page_url") }}', '{product_id}', {{ product_id }})
{%- endmacro -%}
