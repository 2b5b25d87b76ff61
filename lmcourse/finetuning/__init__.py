"""Fine-tuning: a pretrained encoder, a new head, labelled texts."""
