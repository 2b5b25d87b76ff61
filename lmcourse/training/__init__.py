"""One training loop, for pretraining and fine-tuning alike. It knows no model and no data."""
