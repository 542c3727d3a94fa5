"""The papers a window hands out, each one ``build(data) -> Document``."""
