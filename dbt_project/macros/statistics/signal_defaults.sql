{#-
    What each signal with a decayed count assumes until the shop's own data say otherwise
    (`signal_parameters`): the horizon in local days; tau in local days; whether it predicts an
    event (a probability), the number of events (a number) or their hour; which events, a customer's
    purchases of a product type or orders; and the minimum number of them. The taus are those that
    did best on grocery data; a horizon is about the time in which a prediction can be acted on.
-#}
{%- macro signal_defaults() -%}
    {{ return({
        'replenishment': {
            'horizon_days': 14, 'tau_days': 120,
            'predicts': 'probability', 'of': 'purchases', 'minimum_count': 3,
        },
        'subscription_candidates': {
            'horizon_days': 56, 'tau_days': 120,
            'predicts': 'number', 'of': 'purchases', 'minimum_count': 4,
        },
        'lifecycle': {
            'horizon_days': 56, 'tau_days': 60,
            'predicts': 'probability', 'of': 'orders', 'minimum_count': 1,
        },
        'purchase_hours': {
            'horizon_days': 56, 'tau_days': 180,
            'predicts': 'hour', 'of': 'orders', 'minimum_count': 5,
        },
    }) }}
{%- endmacro -%}
