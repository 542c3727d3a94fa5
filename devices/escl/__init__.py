"""eSCL (AirScan), the protocol of network scanners: its messages and its HTTP."""
