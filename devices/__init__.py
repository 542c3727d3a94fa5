"""Devices of a counter: ID card readers and scanners. A leaf: imports nothing of ours, and no Qt."""
