"""What concepts share: networks, data, closed forms, distances, worlds, and a log of memory.

Nothing here is a film's own. A module changes the keys of exactly those traces whose computation reaches it.
"""
