"""The serial protocol of resident ID card readers (SDT / SAM_V): frames, line, conversation, card text."""
