"""What the product costs in time and memory, beside what people would write instead. See README.md."""
