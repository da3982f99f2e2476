"""Sayso collects patient-reported outcomes for clinical trials.

Start reading in `domain`, which holds every rule of the trial as plain functions of facts and a
moment; `services` load facts and write them, `web`, `worker` and `cli` are the ways in.
"""

__version__ = "0.1.0"
