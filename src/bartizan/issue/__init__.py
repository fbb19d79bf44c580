"""TOKENS: login, refresh, revocation. Its rooms are built later; nothing here is enforced yet."""
