"""Pages for people: the inbox, a message, the clock, unsubscribing."""
