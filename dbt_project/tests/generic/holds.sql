{#- A condition in SQL that every row must meet; a row for which it is null passes. -#}
{% test holds(model, condition) %}

select *
from {{ model }}
where not ({{ condition }})

{% endtest %}
