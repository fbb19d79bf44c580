"""How the command line reads an application: one module per framework, imported when met."""
