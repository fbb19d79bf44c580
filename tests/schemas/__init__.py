"""THE FORM, tested: one suite over every vocabulary, every parser against an oracle."""
