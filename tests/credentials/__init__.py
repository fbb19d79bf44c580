"""WHO IS IT, tested: hostile tokens by name, oracles, mutants, vectors."""
