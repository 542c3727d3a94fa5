"""Every panel, in the order of the list."""

from __future__ import annotations

from typing import Final

from ui.panels.additions import AdditionsPanel
from ui.panels.appointments import AppointmentsPanel
from ui.panels.asking import AskingPanel
from ui.panels.backups import BackupsPanel
from ui.panels.camera import CameraPanel
from ui.panels.comeback import ComebackPanel
from ui.panels.day import DayPanel
from ui.panels.device_choice import DeviceChoicePanel
from ui.panels.devices import DevicesPanel
from ui.panels.hall_rules import HallRulesPanel
from ui.panels.handover import HandoverPanel
from ui.panels.ledger import LedgerPanel
from ui.panels.mrz import MrzPanel
from ui.panels.numbers import NumbersPanel
from ui.panels.own_pin import OwnPinPanel
from ui.panels.panel import Panel
from ui.panels.papers import PapersPanel
from ui.panels.queue_acts import QueueActsPanel
from ui.panels.reception import ReceptionPanel
from ui.panels.risks import RisksPanel
from ui.panels.search import SearchPanel
from ui.panels.sending import SendingPanel
from ui.panels.staff import StaffPanel
from ui.panels.steps import StepsPanel
from ui.panels.supply import SupplyPanel
from ui.panels.training import TrainingPanel

PANELS: Final[tuple[type[Panel], ...]] = (
    CameraPanel,
    MrzPanel,
    PapersPanel,
    SearchPanel,
    LedgerPanel,
    AskingPanel,
    DayPanel,
    QueueActsPanel,
    HandoverPanel,
    ReceptionPanel,
    AppointmentsPanel,
    HallRulesPanel,
    SupplyPanel,
    ComebackPanel,
    AdditionsPanel,
    DevicesPanel,
    DeviceChoicePanel,
    SendingPanel,
    BackupsPanel,
    StaffPanel,
    OwnPinPanel,
    StepsPanel,
    RisksPanel,
    NumbersPanel,
    TrainingPanel,
)  # fmt: skip
