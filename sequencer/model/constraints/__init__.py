"""Constraint families: one business rule, one file, one builder."""
