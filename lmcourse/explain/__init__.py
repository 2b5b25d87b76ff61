"""Why did it say that? Shares of the answer given to each token, and tests whether to believe them."""
