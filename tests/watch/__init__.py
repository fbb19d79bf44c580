"""The spool: lines that cannot be forged, a writer that loses nothing, hashes with a key."""
