"""The mathematics, one module per film. Nothing here knows how it will look.

A concept is a pure function: sizes and seed in, one frozen trace out. torch is imported inside
functions, so that a scene can open a trace without paying two seconds for a library it never calls.
"""
