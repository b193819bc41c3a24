"""The staff pages: an edge. Each page reads a request, calls one domain verb, and shows what it says."""
