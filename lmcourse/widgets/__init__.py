"""Explorers: a chapter's figure with controls on it, computed by the package as they move."""
