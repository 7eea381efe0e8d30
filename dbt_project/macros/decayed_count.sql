{#-
    The decayed count: w(day) = sum over events of exp(-(day - event's day) / tau), in local days.

    It is stored as `weight_at_epoch = sum exp((event's day - epoch) / tau)`, which never ages: a new
    event adds one term, nothing else changes, and inside one tau a ranking needs no ageing at all.
    `decayed_count` reads the stored sum at a day. Double precision holds decades either side of
    the epoch, the var `decay_epoch`.
-#}

{#- The stored sum over a group's events. It adds in the order of days, so that two builds of one
    night agree to the last bit; `only` is an optional condition on the events. -#}
{%- macro decay_weight_at_epoch(day, tau_days, only=none) -%}
    sum(
            exp(
                ({{ day }} - {{ decay_epoch() }})::double precision
                / {{ tau_days }}
            )
            order by {{ day }}
        ){% if only %} filter (where {{ only }}){% endif %}
{%- endmacro -%}

{#- A stored sum, read at a day: the decayed count. -#}
{%- macro decayed_count(weight_at_epoch, tau_days, day) -%}
    {{ weight_at_epoch }} * exp(
            ({{ decay_epoch() }} - ({{ day }}))::double precision
            / {{ tau_days }}
        )
{%- endmacro -%}

{#- The day on which stored sums are anchored; any serves, as long as it stays. -#}
{%- macro decay_epoch() -%}
    date '{{ var("decay_epoch") }}'
{%- endmacro -%}
