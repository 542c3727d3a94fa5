"""Printers that are not there: the wire protocol in another process, and paper as a picture."""
