"""What the performance claims run: ``python -m benchmarks``, or ``make bench``.

Everything is measured against something: the bare application and the guarded one take turns in
one process, and the figure is the difference. A case is a value, so all of them fit one table.
"""
