"""The shape of every answer to "why?": which rule spoke, in what words, on what authority."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Basis(StrEnum):
    """How strong the authority behind a rule is."""

    LAW = "law"
    PRACTICE = "practice"
    DESIGN = "design"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule as a clerk can read it.

    `id` is stable and safe to log, `text` is a Chinese sentence, `article` names the provision
    (`民事诉讼法第126条`) and is empty where the rule is the program's own.
    """

    id: str
    text: str
    article: str = ""
    basis: Basis = Basis.LAW

    @property
    def why(self) -> str:
        """`text` followed by its authority in brackets."""
        return f"{self.text}（{self.article}）" if self.article else self.text
