"""The conformance corpus: questions with hand-written answers, asked of every column."""
