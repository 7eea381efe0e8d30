{#- A truth of every row, as an SQL condition; a row for which it is unknown (null) passes. -#}
{% test holds(model, condition) %}

select *
from {{ model }}
where not ({{ condition }})

{% endtest %}
