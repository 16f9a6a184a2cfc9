"""Text that people typed: made regular without losing a rare character of a name."""

import re
import unicodedata

from .errors import Invalid

_DOTS = dict.fromkeys(map(ord, "•‧∙⋅・･．●᛫"), "·")
_CJK_SPACE = re.compile(r"(?<=[^\x00-\x7f])[\s\u3000]+(?=[^\x00-\x7f])")


def has_hidden_characters(text: str) -> bool:
    """Whether control, bidirectional or other invisible characters hide in the text."""
    return without_hidden_characters(text) != text


def without_hidden_characters(text: str) -> str:
    """What can be seen of a text that nobody typed, a file's name say."""
    return "".join(
        character
        for character in text
        if unicodedata.category(character) not in ("Cc", "Cf", "Co", "Cs", "Zl", "Zp")
    )


def fold_width(text: str) -> str:
    """Full-width letters, digits and signs as half-width ones; Chinese characters untouched.

    NFKC as a whole would also replace compatibility ideographs, and with them the way a family
    writes its name.
    """
    return "".join(
        chr(ord(character) - 0xFEE0) if "！" <= character <= "～" else character
        for character in text
    ).replace("\u3000", " ")


def clean_line(text: str, *, length_max: int, field: str) -> str:
    """One line of free text: trimmed, without runs of spaces.

    Raises Invalid `hidden_characters`, `text_missing` or `text_too_long`, each naming the field.
    """
    line = re.sub(r"[ \t\u3000]+", " ", text).strip()
    if has_hidden_characters(line):
        raise Invalid("hidden_characters", field=field)
    if not line:
        raise Invalid("text_missing", field=field)
    if len(line) > length_max:
        raise Invalid("text_too_long", field=field, length_max=length_max)
    return line


def normalise_name(name: str) -> str:
    """A person's name as it is kept: 张 三 → 张三, 阿依古丽・买买提 → 阿依古丽·买买提."""
    folded = fold_width(name).translate(_DOTS).strip()
    folded = re.sub(r"\s*·\s*", "·", folded)
    return _CJK_SPACE.sub("", re.sub(r"\s+", " ", folded))
