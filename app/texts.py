"""The words a clerk reads.

Chinese is the language of the source and the only one there is. Another one would be a gettext catalogue in
``resources/i18n`` and a value of ``look.language``; a text it misses stays Chinese.
"""

from __future__ import annotations

import gettext
from typing import Final

from app.paths import resources

DEFAULT_LANGUAGE: Final = "zh_CN"
_DOMAIN: Final = "yichuang"
_catalogue: gettext.NullTranslations = gettext.NullTranslations()


def use_language(language: str) -> None:
    """Choose the language of every text made from now on; called once, before the first window."""
    global _catalogue
    folder = resources() / "i18n"
    _catalogue = gettext.translation(_DOMAIN, folder, [language], fallback=True)


def _(text: str) -> str:
    """Return the text in the chosen language."""
    return _catalogue.gettext(text)
