"""THE PROOF: it imports the facts alone. Its rooms are built later; nothing is probed yet."""
