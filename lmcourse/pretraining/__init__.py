"""Pretraining: what a model learns language from, before any label."""
