"""Every act and its key, in one table; the controls show what stands here."""

from __future__ import annotations

from typing import Final

KEYS: Final[dict[str, str]] = {
    "take_ticket": "F2",
    "take_ticket_green": "Shift+F2",
    "take_ticket_urgent": "Ctrl+F2",
    "read_card": "F3",
    "panel_mrz": "Ctrl+F3",
    "call_next": "F5",
    "call_one": "Shift+F5",
    "panel_queue": "F4",
    "recall": "F6",
    "no_show": "F7",
    "bring_back": "Shift+F7",
    "scan": "F8",
    "scan_feeder": "Shift+F8",
    "panel_camera": "Ctrl+F8",
    "show_confirmation": "F10",
    "finish": "F12",
    "import_files": "Ctrl+O",
    "remove_page": "Delete",
    "restore_page": "Ctrl+Z",
    "material": "Alt+M",
    "copies": "Alt+F",
    "waive": "Alt+K",
    "add_party_1": "Alt+A",
    "add_party_2": "Alt+D",
    "add_party_3": "Alt+T",
    "remove_party": "Alt+R",
    "represent": "Alt+P",
    "join_party": "Alt+J",
    "import_table": "Ctrl+B",
    "save_template": "Ctrl+Shift+B",
    "add_matter": "Alt+E",
    "clone_matter": "Alt+C",
    "next_matter": "Alt+PgDown",
    "previous_matter": "Alt+PgUp",
    "remove_matter": "Alt+X",
    "mediation_yes": "Alt+Y",
    "mediation_no": "Alt+N",
    "why": "Alt+W",
    "panel_palette": "F1",
    "panel_hall_rules": "Ctrl+H",
    "panel_handover": "Ctrl+G",
    "panel_supply": "F9",
    "panel_comeback": "Shift+F9",
    "panel_papers": "Ctrl+D",
    "panel_ledger": "Ctrl+P",
    "panel_day": "Ctrl+J",
    "panel_devices": "F11",
    "panel_device_choice": "Ctrl+,",
    "panel_sending": "Ctrl+U",
    "panel_steps": "Alt+B",
    "panel_risks": "Alt+U",
    "panel_numbers": "Alt+I",
    "printed_yes": "Y",
    "printed_no": "N",
    "cancel": "Esc",
    "quit": "Ctrl+Q",
}


def step_key(index: int) -> str:
    """Return the key of the step at the index, counted from 0."""
    return f"Alt+{index + 1}"
