"""Smaller and faster: fewer bits, fewer weights, a smaller model that learns from a larger one."""
