"""The client of SendGrid's API: the only package that makes HTTP calls to SendGrid.

A call raises `SendGridError` when it fails or its outcome is unknown; the error names the call, and
its `outcome` says which it is. Only `SendGrid.submit` returns the outcome instead. All datetimes
are aware.
"""
