"""Documents to bytes, bytes to printers. A leaf: it knows nothing of cases, queues or windows."""
