"""Sort keys for Chinese names: their pinyin, stored beside them, because the database sorts by code point."""


def pinyin_of(text: str) -> str:
    """Return the pinyin of a text, syllables apart, without tones.

    The dictionary takes a fifth of a second to load, so it is loaded by whoever first needs it and not at start-up.
    """
    from pypinyin import lazy_pinyin  # noqa: PLC0415 - see above

    return " ".join(lazy_pinyin(text))
