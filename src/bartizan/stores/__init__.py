"""WHAT IS COUNTED: one small port, several stores behind URIs."""
