"""One control a file. Which ones there are, and in which order they speak: ``enforce/table.py``."""
