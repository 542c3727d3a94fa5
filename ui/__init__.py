"""The windows: widgets that draw views and emit intents."""
