"""Printers: a network ticket printer, a file and a folder, behind one protocol."""
