"""What holds always: each invariant of the design with its check, and twins that lack it."""
