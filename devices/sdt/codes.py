"""Code tables on resident ID cards: nations (GB/T 3304) and sexes (GB/T 2261.1)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_IN_ORDER = (
    "汉 蒙古 回 藏 维吾尔 苗 彝 壮 布依 朝鲜 满 侗 瑶 白 土家 哈尼 哈萨克 傣 黎 傈僳 佤 畲 高山 拉祜 水 "
    "东乡 纳西 景颇 柯尔克孜 土 达斡尔 仫佬 羌 布朗 撒拉 毛南 仡佬 锡伯 阿昌 普米 塔吉克 怒 乌孜别克 俄罗斯 "
    "鄂温克 德昂 保安 裕固 京 塔塔尔 独龙 鄂伦春 赫哲 门巴 珞巴 基诺"
)

NATIONS: Mapping[str, str] = MappingProxyType(
    {f"{number:02d}": name for number, name in enumerate(_IN_ORDER.split(), start=1)}
    | {"97": "其他", "98": "外国血统中国籍人士"}
)
SEXES: Mapping[str, str] = MappingProxyType({"0": "未知", "1": "男", "2": "女", "9": "未说明"})


def nation_name(code: str) -> str:
    """Return e.g. 蒙古 for 02; 代码 99 for a code the standard lacks (readers differ); "" for none."""
    return NATIONS.get(code, f"代码 {code}" if code else "")


def sex_name(code: str) -> str:
    """Return 男, 女, 未知 or 未说明; 代码 n for any other code; "" for none."""
    return SEXES.get(code, f"代码 {code}" if code else "")
