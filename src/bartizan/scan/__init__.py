"""THE SOURCE READ: rules over Python source. Its rooms are built later; nothing is scanned yet."""
