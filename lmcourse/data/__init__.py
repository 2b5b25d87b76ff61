"""Data: where it comes from, what is in it, how it is cleaned, split, tokenised and batched."""
