"""The answer: plans, their independent evaluation, and data frames of it."""
