{#-
    The decayed count: w(day) = sum over events of exp(-(day - event's day) / tau), in local days.

    It is stored as `weight_<tau>_at_epoch = sum exp((event's day - epoch) / tau)`, one column for
    each tau of `decay_taus`. A stored sum never ages: a new event adds one term and nothing else
    changes, and a ranking by a single tau needs no ageing at all. `decayed_count` converts the stored
    sum to a given day. Double precision suffices for decades before and after the epoch, the var
    `decay_epoch`.
-#}

{#- The time constants (tau) in local days: after tau days an event has lost 63 % of its weight.
    Each night chooses among these. -#}
{%- macro decay_taus() -%}
    {{ return([60, 120, 180]) }}
{%- endmacro -%}

{#- One column for each tau: `sql` is repeated, with {tau} replaced by the number of days. -#}
{%- macro for_each_tau(sql) -%}
    {%- for tau_days in decay_taus() -%}
        {{ sql.replace('{tau}', tau_days | string) }}
        {{- ",\n    " if not loop.last }}
    {%- endfor -%}
{%- endmacro -%}

{#- The stored sums over a group's events, as named columns. They are added in the order of days, so
    that two builds of one night agree to the last bit; `only` is an optional condition on the
    events. -#}
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

{#- The decayed count on a day, from the stored sums of `weights` (a table's name in the query).
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

{#- The factor by which a weight as of the epoch has changed on a day. -#}
{%- macro ageing(tau_days, day) -%}
    exp(({{ decay_epoch() }} - ({{ day }}))::double precision / {{ tau_days }})
{%- endmacro -%}

{#- The day as of which sums are stored; any day will do, as long as it never changes. -#}
{%- macro decay_epoch() -%}
    date '{{ var("decay_epoch") }}'
{%- endmacro -%}
