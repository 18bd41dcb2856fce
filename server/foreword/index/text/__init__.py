"""Words for search: tokenizer, vocabulary, term vectors and tables."""
