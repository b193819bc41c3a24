"""The agency's API beyond the contract: preview, batches, their records and files. Typed, and documented by itself.

It reads, and changes nothing about any delivery. Every way to fail has the wire's one body.
"""
