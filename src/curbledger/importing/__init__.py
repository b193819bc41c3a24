"""Moving in: an office's own files, read by a mapping, checked row by row, and loaded without doubling anything."""
