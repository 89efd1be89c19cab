"""Texts on which two tokenizers are most likely to differ, drawn from a seed."""

import json
import random
from collections.abc import Iterable, Iterator
from pathlib import Path

# Where scripts, digits, blanks, marks and case meet.
ALPHABETS = [
    "abcXYZ",
    "stremvld",
    "'",
    " ",
    "\t\n\r\v\f",
    "0123456789",
    '.,;:!?-_()[]{}<>|/\\"#$%&*+=@^`~',
    "\u00a0\u1680\u180e\u2000\u2003\u2009\u200b\u200d\u2028\u2029\u202f\u205f\u3000\u0085\ufeff",
    "éèüñßøÅçİıſKŉǅﬁﬆ",
    "\u0301\u0308\u0327\u0323\u064b\u0903\u20dd",
    "αβγΩД жЯ",
    "אבגدهو",
    "日本語中文字かなカナ",
    "٠١٢३४५৬๗",
    "½²³¹¼Ⅷ①㉈〇",
    "한국어각각",
    "▁Ġ",
]
CONTROL = "".join(map(chr, [*range(32), 127, *range(128, 160), 0xAD, 0x61C, *range(0x200B, 0x2010), 0xFFFE, 0xE0001]))
EMOJI = [*"🙂🚀❤☕👩👨👧🏽🏿\ufe0f\u200d\u20e3🇯🇵🇩🇪#1", "👩🏽‍🚀", "👨‍👩‍👧‍👦", "🏴\U000e0067\U000e0062\U000e007f"]
WORDS = [
    "the",
    "of",
    "a",
    "to",
    "and",
    "in",
    "is",
    "it",
    "you",
    "that",
    "don't",
    "I'LL",
    "We've",
    "JavaScript",
    "naïve",
    "3.14159",
    "http://x.y/z?q=1",
    ",",
]


def random_texts(count: int, seed: int, special: list[str]) -> list[str]:
    """special: the added tokens of the tokenizer, which are mixed in."""
    rng = random.Random(seed)
    kinds = [any_characters, few_characters, mixed_scripts, with_special, controls, emoji, words, long_run]
    weights = [4, 4, 6, 3, 2, 2, 4, 1]
    return [kind(rng, special) for kind in rng.choices(kinds, weights, k=count)]


def any_characters(rng: random.Random, _: list[str]) -> str:
    largest = rng.choice([0x3000, 0x3000, 0x10000, 0x110000])
    return "".join(chr(c) for c in rng.choices(range(largest), k=rng.randrange(1, 40)) if not 0xD800 <= c < 0xE000)


def few_characters(rng: random.Random, _: list[str]) -> str:
    few = [rng.choice(rng.choice(ALPHABETS)) for _ in range(3)]
    return "".join(rng.choices(few, k=rng.randrange(1, 40)))


def mixed_scripts(rng: random.Random, _: list[str]) -> str:
    return "".join(rng.choice(alphabet) for alphabet in rng.choices(ALPHABETS, k=rng.randrange(1, 40)))


def with_special(rng: random.Random, special: list[str]) -> str:
    """Added tokens, some cut short, between words, blanks and other characters."""
    parts = []
    for _ in range(rng.randrange(1, 8)):
        token = rng.choice(special) if special else "<s>"
        parts.append(token[: rng.randrange(len(token))] if rng.random() < 0.2 else token)
        parts.append(rng.choice(["", " ", "  ", "\n", rng.choice(WORDS), rng.choice(rng.choice(ALPHABETS))]))
    rng.shuffle(parts)
    return "".join(parts)


def controls(rng: random.Random, _: list[str]) -> str:
    return "".join(
        rng.choice(CONTROL) if rng.random() < 0.7 else rng.choice("ab 1") for _ in range(rng.randrange(1, 20))
    )


def emoji(rng: random.Random, _: list[str]) -> str:
    return "".join(rng.choice(EMOJI) if rng.random() < 0.8 else rng.choice("ab 1") for _ in range(rng.randrange(1, 20)))


def words(rng: random.Random, _: list[str]) -> str:
    return "".join(rng.choice(["", " ", " ", " ", "  ", "\n"]) + rng.choice(WORDS) for _ in range(rng.randrange(1, 25)))


def long_run(rng: random.Random, _: list[str]) -> str:
    """One piece up to 1000 times, such as blanks, line ends, digits or a word without blanks."""
    piece = rng.choice([rng.choice(rng.choice(ALPHABETS)), rng.choice(WORDS), rng.choice(EMOJI), " ", "\n", "a"])
    return rng.choice(["", "x", " "]) + piece * int(10 ** rng.uniform(0, 3)) + rng.choice(["", "x", " "])


def texts_of_every_character() -> list[str]:
    """Each code point between letters, digits, blanks and next to itself."""
    return [f"a{c}1{c} {c}{c}'{c}s" for c in map(chr, range(0x110000)) if not "\ud800" <= c <= "\udfff"]


def random_bytes(count: int, seed: int) -> list[bytes]:
    """Sound text with a few bytes changed, lost or put in; most of it is not UTF-8."""
    rng = random.Random(seed)
    return [damaged(mixed_scripts(rng, []).encode(), rng) for _ in range(count)]


def damaged(text: bytes, rng: random.Random) -> bytes:
    content = bytearray(text)
    for _ in range(rng.randrange(1, 4)):
        at = rng.randrange(len(content) + 1)
        content[at : at + rng.randrange(3)] = rng.randbytes(rng.randrange(3))
    return bytes(content)


def dataset_texts(folder: Path) -> list[str]:
    """Every string in the JSON-lines files below a folder."""
    texts: list[str] = []
    for path in sorted(folder.rglob("*.jsonl")):
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                texts.extend(strings_in(json.loads(line)))
    return texts


def strings_in(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        members: Iterable[object] = value.values() if isinstance(value, dict) else value
        for member in members:
            yield from strings_in(member)
