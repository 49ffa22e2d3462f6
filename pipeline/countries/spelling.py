"""Folds the spellings of one name into one key: case, accents, apostrophes, hyphens, articles, cut lines."""

from __future__ import annotations

import re
import unicodedata

#: Letters that NFKD does not take apart.
_LIGATURES = str.maketrans(
    {
        "œ": "oe",
        "æ": "ae",
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "ß": "ss",
        "ı": "i",
        "&": " et ",
    }
)
_CUT_LINE = re.compile(r"(?<=\w)[-\u00ad]\s*\n\s*")
_NO_LETTER = re.compile(r"[^a-z0-9]+")
_ARTICLE = re.compile(r"^(?:(?:l|d) |(?:le|la|les|du|des|de|au|aux|en) )+(?=.)")
#: Words that French shortens in the names of states.
_SHORTENED = {"rep": "republique", "dem": "democratique", "fed": "federale", "st": "saint", "ste": "sainte"}


def words(text: str) -> str:
    """The words of `text`, lower case without accents, one space between them, no leading article.

    >>> words("L’ÉTAT de Palestine"), words("Rép. dém. du Congo"), words("Slové-\\nnie")
    ('etat de palestine', 'republique democratique du congo', 'slovenie')
    """
    text = _CUT_LINE.sub("", text)
    decomposed = unicodedata.normalize("NFKD", text.lower().translate(_LIGATURES))
    plain = "".join(char for char in decomposed if not unicodedata.combining(char))
    spaced = _NO_LETTER.sub(" ", plain).strip()
    spaced = " ".join(_SHORTENED.get(word, word) for word in spaced.split())
    return _ARTICLE.sub("", spaced)


def key(text: str) -> str:
    """The key under which all spellings of a name meet: `words` without the spaces.

    >>> key("Guinée-Bissau") == key("GUINEE BISSAU"), key("É.-U.")
    (True, 'eu')
    """
    return words(text).replace(" ", "")
