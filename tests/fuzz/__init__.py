"""All that a stranger can send, to every adapter: the view answers, or the table of reasons."""
