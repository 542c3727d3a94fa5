"""Programs that do native work for drivers, each in its own process: ``python -m devices.workers.NAME``."""
