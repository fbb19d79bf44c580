"""The show: the same questions asked of a shop without a policy and of one with a policy."""
