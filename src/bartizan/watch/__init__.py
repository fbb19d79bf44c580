"""THE LOG READ BACK: events are written to the spool here and read again."""
