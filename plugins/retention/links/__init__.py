"""Signed links in mails: to unsubscribe, and to answer a question with one click.

`key` is the secret that signs links; changing it breaks the links of all sent mails. `base_url` is
the public URL of the pages, such as `https://shop.example/retention/public`. Times are aware.
"""
