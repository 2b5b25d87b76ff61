"""The Transformer block and the models built of it. Shapes: B batch, T tokens, D width, H heads, V vocabulary."""
