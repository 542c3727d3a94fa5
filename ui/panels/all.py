"""Every panel, in the order of the list."""

from __future__ import annotations

from typing import Final

from ui.panels.device_choice import DeviceChoicePanel
from ui.panels.devices import DevicesPanel
from ui.panels.panel import Panel

PANELS: Final[tuple[type[Panel], ...]] = (
    DevicesPanel,
    DeviceChoicePanel,
)  # fmt: skip
