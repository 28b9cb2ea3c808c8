"""The record of every question: append-only, chained by hashes, verified and asked again."""
