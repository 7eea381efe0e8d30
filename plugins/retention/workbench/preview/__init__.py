"""Previews of mails: a page, a sandbox inbox, or a test mail to yourself."""
