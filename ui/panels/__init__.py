"""Pages that stand in place of the visit: one module a panel, listed in ``ui.panels.all``."""
