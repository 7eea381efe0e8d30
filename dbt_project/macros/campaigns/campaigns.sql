{#- The settings of a campaign: config.meta.campaign in its .yml; empty while dbt only parses. -#}
{%- macro campaign_settings(name) -%}
    {%- if not execute -%}
        {{ return({}) }}
    {%- endif -%}
    {%- set key = 'model.' ~ project_name ~ '.' ~ name -%}
    {{ return(graph.nodes[key].config.meta.campaign) }}
{%- endmacro -%}

{#- The longest time for which any campaign lets a message wait, in days. -#}
{%- macro longest_expiry() -%}
    {%- set days = [0] -%}
    {%- for campaign in var('campaigns') -%}
        {%- do days.append(campaign_settings(campaign).expires_days or 0) -%}
    {%- endfor -%}
    {{ return(days | max) }}
{%- endmacro -%}

{#- The campaigns whose message is a goodbye, according to their .yml. -#}
{%- macro goodbye_campaigns() -%}
    {%- set names = [] -%}
    {%- for campaign in var('campaigns') if campaign_settings(campaign).is_goodbye -%}
        {%- do names.append(campaign) -%}
    {%- endfor -%}
    {{ return(names) }}
{%- endmacro -%}

{#- The guarded marts that a campaign reads, directly or through other models. -#}
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

{#- The URL of a product's page in the shop, for links in mails. -#}
{%- macro product_page(product_id) -%}
    replace('{{ var("product_page_url") }}', '{product_id}', {{ product_id }})
{%- endmacro -%}
