{#- The hours outside the quiet hours, in which marketing may arrive. The arguments are local times
    of the customer (timestamp). -#}

{#- The given time, or the first time after it outside the quiet hours. -#}
{%- macro waking_from(local) -%}
    case
        when extract(hour from {{ local }}) < {{ var('quiet_hours_end') }}
            then date_trunc('day', {{ local }})
                + interval '{{ var("quiet_hours_end") }} hours'
        when extract(hour from {{ local }}) >= {{ var('quiet_hours_start') }}
            then date_trunc('day', {{ local }})
                + interval '1 day {{ var("quiet_hours_end") }} hours'
        else {{ local }}
    end
{%- endmacro -%}

{#- The given time, or the last minute before it outside the quiet hours. -#}
{%- macro waking_until(local) -%}
    case
        when extract(hour from {{ local }}) < {{ var('quiet_hours_end') }}
            then date_trunc('day', {{ local }}) - interval '1 day'
                + interval '{{ var("quiet_hours_start") * 60 - 1 }} minutes'
        when extract(hour from {{ local }}) >= {{ var('quiet_hours_start') }}
            then date_trunc('day', {{ local }})
                + interval '{{ var("quiet_hours_start") * 60 - 1 }} minutes'
        else {{ local }}
    end
{%- endmacro -%}

{#- The time of day (interval) of the given time, or the nearer end of the quiet hours if it is
    within them. -#}
{%- macro waking_time(local) -%}
    {%- set quiet_hours = 24 - var('quiet_hours_start') + var('quiet_hours_end') -%}
    case
        when extract(hour from {{ local }})
            between {{ var('quiet_hours_end') }} and {{ var('quiet_hours_start') - 1 }}
            then {{ local }} - date_trunc('day', {{ local }})
        when mod(extract(hour from {{ local }}) + 24 - {{ var('quiet_hours_start') }}, 24)
            < {{ quiet_hours / 2 }}
            then interval '{{ var("quiet_hours_start") * 60 - 1 }} minutes'
        else interval '{{ var("quiet_hours_end") }} hours'
    end
{%- endmacro -%}

{#- The time at which the shop's own quiet hours end after the night. -#}
{%- macro shop_morning() -%}
    {{ shop_moment(as_of_date() ~ " + interval '" ~ var('quiet_hours_end') ~ " hours'") }}
{%- endmacro -%}
