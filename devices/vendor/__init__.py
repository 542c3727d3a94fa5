"""Vendor libraries for ID card readers, in a process of their own."""
