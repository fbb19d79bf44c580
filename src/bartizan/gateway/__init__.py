"""THE EDGE: policy to Envoy. Its rooms are built later; nothing here is enforced yet."""
