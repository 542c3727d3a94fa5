"""Many parties on one side and those they choose to represent them (民事诉讼法 arts 56-57)."""

from __future__ import annotations

from collections.abc import Sequence

from app.domain.party import Party
from app.domain.rule import Basis, Rule

MANY = 10
"""From how many persons a side counts as many: 民诉法解释 art 75, 行诉法解释 art 29."""
FEWEST, MOST = 2, 5
"""How many represent them: 民诉法解释 art 78, 行诉法解释 art 29."""
_CIVIL = ("民事诉讼法第56条", "民诉法解释第75条", "民诉法解释第78条")
_ADMINISTRATIVE = ("行政诉讼法第28条", "行诉法解释第29条", "行诉法解释第29条")


def group_rules(
    filers: Sequence[Party], chosen: Sequence[str], *, administrative: bool = False
) -> tuple[Rule, ...]:
    """What has to be said of a side with many persons; `chosen` are the keys of its representatives.

    Nothing here keeps a filing from being received: who is not represented files for himself.
    """
    article, many, how_many = _ADMINISTRATIVE if administrative else _CIVIL
    names = {party.key: party.name for party in filers}
    known = [key for key in chosen if key in names]
    if not known:
        text = f"本方{len(filers)}人，可以推选二至五名诉讼代表人参加诉讼；不推选的，各自参加"
        return (Rule("group.may", text, f"{article}、{how_many}"),) if len(filers) >= MANY else ()
    found = [_effect(article, [names[key] or "（未填姓名）" for key in known])]
    if len(filers) < MANY:
        found.append(Rule("group.few", f"人数众多一般指十人以上，本方{len(filers)}人", many))
    if not FEWEST <= len(known) <= MOST:
        found.append(Rule("group.number", f"诉讼代表人应为二至五人，现有{len(known)}人", how_many))
    return tuple(found)


def _effect(article: str, names: Sequence[str]) -> Rule:
    text = (
        f"诉讼代表人{'、'.join(names)}的诉讼行为对所代表的当事人发生效力；"
        "变更、放弃诉讼请求，承认对方诉讼请求，进行和解，必须经被代表的当事人同意"
    )
    return Rule("group.effect", text, article, Basis.LAW)


def is_wrong(rule: Rule) -> bool:
    """Whether a rule of `group_rules` asks for a change rather than tells something."""
    return rule.id == "group.number"
