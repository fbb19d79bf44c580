"""The applications that the servers load, each told by its environment which policy to take."""
