"""Names of icons that cannot be the name of a person: dates, buttons, arrows, emoji, rules."""

from __future__ import annotations

import re
from functools import lru_cache

from sphinx_scrapbox.wiki.titles import key

EMOJI_PROJECTS = frozenset({"icons", "icons2", "emoji", "vim-jp-emojis", "emojis"})
"""Public projects that hold signs, not people."""
DEFAULT_MARKS = frozenset({"en", "ja"})
"""Keys of icon names that mark a language and stand for nobody."""

_EMOJI_PROJECT = re.compile(r"(?:.+-)?(?:icon|emoji|stamp)s?\d*", re.IGNORECASE)

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sep(?:t(?:ember)?)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_DATE = re.compile(
    r"""
    (?:
        # year, month and day, whatever follows: "2024/03/09", "2024-03-09_(sat)", "2024年3月9日"
        \d{4} [-/._年년] _? \d{1,2} [-/._月월] _? \d{1,2} (?!\d) .*
      | \d{8} (?![^\W_]) .*
        # a year, a month, a week, a quarter: "2024", "2024/03", "2024-w10", "2024q1"
      | (?:19|20|21)\d\d 年?
      | \d{4} [-/._年년] _? \d{1,2} [月월]?
      | (?:19|20|21)\d\d (?: (?:0[1-9]|1[0-2]) | [-/._]? (?:w\d{1,2} | q[1-4]))
        # a day of any year: "03/09", "3月9日", "3월 9일"
      | \d{1,2} [-/.] \d{1,2}
      | \d{1,2} [月월] _? (?:\d{1,2} [日일])?
        # "9 march 2024", "march 9, 2024", "march 2024"
      | (?:\d{1,2}_)? """
    + _MONTH
    + r""" \.? (?:_\d{1,2} (?:st|nd|rd|th)?)? (?:,?_\d{4})?
        # a time of day
      | \d{1,2} : \d{2} (?: : \d{2})?
    )
    """,
    re.VERBOSE,
)
_MAY_BE_NAMES = frozenset({"april", "may", "june", "jan", "mar", "august"})

_SYMBOL = re.compile(
    r"(?:.*[-_ ])?(?:button|btn|arrow|hr|separator|divider|spacer|favicon|logo|banner|badge)s?"
    r"|.*[^a-z](?:button|favicon|logo)"
    r"|(?:.*[^a-z])?(?:icon|image|picture|photo|chart|graph|histogram)s?(?:[^a-z].*)?"
    r"|.*(?:ボタン|矢印|区切り線|ロゴ|バナー|いいね|イイネ|좋아요|버튼|화살표|로고|구분선|按钮|箭头)"
    r"|.*(?:アイコン|画像|グラフ|아이콘|그래프|图标).*"
)


@lru_cache(maxsize=4096)
def is_name_of_thing(name: str, project: str = "") -> bool:
    """Whether the icon *name* of *project* shows a date, a button or another sign.

    >>> is_name_of_thing("2024/03/09"), is_name_of_thing("today-button"), is_name_of_thing("Mio")
    (True, True, False)
    """
    if project and _EMOJI_PROJECT.fullmatch(project):
        return True
    name = key(name.strip())
    if not any(map(str.isalnum, name)):  # emoji, arrows, lines
        return True
    if _DATE.fullmatch(name):
        return name not in _MAY_BE_NAMES
    return _SYMBOL.fullmatch(name) is not None
