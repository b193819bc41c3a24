"""The same records by other means, on the product's own tables."""
