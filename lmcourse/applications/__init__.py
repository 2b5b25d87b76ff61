"""Small, honest experiments of the fields that the document names: one file a field."""
