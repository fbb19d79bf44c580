"""THE FACTS: frozen values that every other room speaks in. This room imports no other."""
