"""Devices that are programs: a process each, speaking the real wire protocol; also the training mode."""
