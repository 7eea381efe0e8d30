{#-
    The decayed count: w(day) = sum over events of exp(-(day - event's day) / tau), in local days.

    It is stored as `weight_<tau>_at_epoch = sum exp((event's day - epoch) / tau)`, one column for
    each tau of `decay_taus`, which never ages: a new event adds one term, nothing else changes, and
    inside one tau a ranking needs no ageing at all. `decayed_count` reads the stored sum at a day.
    Double precision holds decades either side of the epoch, the var `decay_epoch`.
-#}

{#- In so many local days an event loses 63 % of its weight; each night chooses among these. -#}
{%- macro decay_taus() -%}
    {{ return([60, 120, 180]) }}
{%- endmacro -%}

{#- Columns of which each tau has one: `sql` for each, with its days for every {tau}. -#}
{%- macro for_each_tau(sql) -%}
    {%- for tau_days in decay_taus() -%}
        {{ sql.replace('{tau}', tau_days | string) }}
        {{- ",\n    " if not loop.last }}
    {%- endfor -%}
{%- endmacro -%}

{#- The stored sums over a group's events, as named columns. They add in the order of days, so that
    two builds of one night agree to the last bit; `only` is an optional condition on the events. -#}
{%- macro decay_weights(day, only=none) -%}
    {%- for tau_days in decay_taus() %}
        {{ decay_weight_at_epoch(day, tau_days, only) }}
            as weight_{{ tau_days }}_at_epoch
        {{- "," if not loop.last }}
    {%- endfor -%}
{%- endmacro -%}

{#- One stored sum. -#}
{%- macro decay_weight_at_epoch(day, tau_days, only=none) -%}
    sum(
            exp(
                ({{ day }} - {{ decay_epoch() }})::double precision
                / {{ tau_days }}
            )
            order by {{ day }}
        ){% if only %} filter (where {{ only }}){% endif %}
{%- endmacro -%}

{#- The decayed count at a day, from the stored sums of `weights` (a table's name in the query).
    `tau_days` is one of `decay_taus`: a number, or a column such as `parameters.tau_days`. -#}
{%- macro decayed_count(weights, tau_days, day) -%}
    {%- if tau_days is number -%}
        {{ weights }}.weight_{{ tau_days }}_at_epoch
    {%- else -%}
        case {{ tau_days }}
            {%- for each in decay_taus() %}
                when {{ each }} then {{ weights }}.weight_{{ each }}_at_epoch
            {%- endfor %}
        end
    {%- endif %} * {{ ageing(tau_days, day) }}
{%- endmacro -%}

{#- What a weight of the epoch has come to at a day. -#}
{%- macro ageing(tau_days, day) -%}
    exp(({{ decay_epoch() }} - ({{ day }}))::double precision / {{ tau_days }})
{%- endmacro -%}

{#- The day on which stored sums are anchored; any serves, as long as it stays. -#}
{%- macro decay_epoch() -%}
    date '{{ var("decay_epoch") }}'
{%- endmacro -%}
