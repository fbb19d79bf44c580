"""WHO IS IT: credentials are verified here, on `cryptography` alone."""
