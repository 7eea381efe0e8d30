{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key=['night_date', 'signal'],
    on_schema_change='append_new_columns',
    full_refresh=false
) }}

with

parameters as (

    select * from {{ ref('int_signal_parameters') }}

)

select
    {{ as_of_date() }} as night_date,
    signal,
    horizon_days,
    tau_days,
    calibration_factor,
    is_learnt,
    prediction_count,
    observed_share,
    {{ for_each_tau('loss_{tau}') }}
from parameters
