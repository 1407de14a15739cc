"""Frames compared with their references: how far apart, which, all on one page, and under pytest."""
