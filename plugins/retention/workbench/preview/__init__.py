"""Looking at mails before anybody gets them: a page, an inbox, a test mail to oneself."""
