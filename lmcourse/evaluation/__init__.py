"""Evaluation: metrics, their uncertainty, baselines, error analysis, and whether a table can be true at all."""
