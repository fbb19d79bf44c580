"""Stores: one suite over all of them, and what each promises beside."""
