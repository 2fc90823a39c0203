"""Solving it: standard form, HiGHS, start plans, and the independent check of what comes back."""
