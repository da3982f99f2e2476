"""Measurements, side by side in one run: `make bench` writes RESULTS.md.

Nothing here is a test: a time says more about the machine than about the change. What can be
counted (statements, bytes, requests) is asserted in the test suite instead. CPU time comes before
wall time, and it includes the database's, because a save that is cheap in Python and dear in the
database is dear.
"""
