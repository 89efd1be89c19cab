#!/usr/bin/env python3
"""Writes unicode_tables.inc: where the Unicode of `tokenizers` differs from that of the libraries used here.

Standard output is the file. Needs `tokenizers` 0.23.3 and a Python whose unicodedata is Unicode 14 (Python 3.11).
  character_since_14   assigned after Unicode 14 and known to the regular expressions of `tokenizers` (Unicode 16),
                       each with an older character of the same general category and the same length in UTF-8
  numeric_since_17     numeric for the Digits pre-tokenizer (Unicode 17), unassigned for the regular expressions
  inert_before_14      assigned by Unicode 14, left alone by the normal forms of `tokenizers` (Unicode 12)
  accents              what StripAccents takes out (marks of Unicode 9)
  cased_since_14       letters after Unicode 14 that Lowercase changes (Unicode 17); the twin is the first's lower case
"""

import unicodedata

from tokenizers import Regex, normalizers, pre_tokenizers

CODE_POINTS = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000]
CATEGORIES = [
    "Lu",
    "Ll",
    "Lt",
    "Lm",
    "Lo",
    "Mn",
    "Mc",
    "Me",
    "Nd",
    "Nl",
    "No",
    "Pc",
    "Pd",
    "Ps",
    "Pe",
    "Pi",
    "Pf",
    "Po",
    "Sm",
    "Sc",
    "Sk",
    "So",
    "Zs",
    "Zl",
    "Zp",
    "Cf",
]


def matching(pattern, candidates):
    split = pre_tokenizers.Split(Regex(pattern), "removed")
    return [c for c in candidates if not split.pre_tokenize_str(chr(c))]


def ranges(code_points, value=lambda c: None):
    """(first, last, value) of each run of neighbours that share a value."""
    runs = []
    for c in sorted(code_points):
        if runs and c == runs[-1][1] + 1 and value(c) == runs[-1][2]:
            runs[-1][1] = c
        else:
            runs.append([c, c, value(c)])
    return runs


def older_twin(category, like):
    """The first letter of that category and UTF-8 length; Han letters of their own, since patterns name the script."""
    han = like in HAN
    return next(
        c
        for c in CODE_POINTS
        if unicodedata.category(chr(c)) == category
        and len(chr(c).encode()) == len(chr(like).encode())
        and (c in HAN) == han
    )


def reorders(c):
    """Has a canonical combining class other than 0 in the normal forms of `tokenizers`."""
    nfd = normalizers.NFD().normalize_str
    return nfd("a\u0301" + chr(c)) != "a\u0301" + chr(c) or nfd("a" + chr(c) + "\u0323") != "a" + chr(c) + "\u0323"


def inert_before_14():
    nfkd = normalizers.NFKD().normalize_str
    inert = set()
    for c in CODE_POINTS:
        x = chr(c)
        if unicodedata.normalize("NFKD", x) != x and nfkd(x) == x:
            inert.add(c)
            if unicodedata.normalize("NFD", x) != x:  # its parts must not be composed either
                inert.update(map(ord, unicodedata.normalize("NFD", x)))
        elif unicodedata.combining(x) and not reorders(c):
            inert.add(c)
    return inert


def later_lowercase():
    """Lower case by letter where Python's older Unicode has none; a single letter has no final sigma."""
    lower = normalizers.Lowercase().normalize_str
    changed = {c: lower(chr(c)) for c in CODE_POINTS if lower(chr(c)) != chr(c).lower()}
    assert all(len(letter) == 1 for letter in changed.values())
    return {c: ord(letter) for c, letter in changed.items()}


unassigned = [c for c in CODE_POINTS if unicodedata.category(chr(c)) == "Cn"]
HAN = set(matching(r"\p{Han}", CODE_POINTS))
category = {c: k for k in CATEGORIES for c in matching(rf"\p{{{k}}}", unassigned)}
twins = {}
for c, k in category.items():
    key = (k, len(chr(c).encode()), c in HAN)
    if key not in twins:
        twins[key] = older_twin(k, c)
twin = {c: twins[(k, len(chr(c).encode()), c in HAN)] for c, k in category.items()}
digits = pre_tokenizers.Digits(individual_digits=True).pre_tokenize_str
numeric = [c for c in unassigned if c not in category and len(digits("a" + chr(c))) == 2]

print("// Written by unicode_tables.py; do not edit.")
print("constexpr std::array character_since_14{")
for first, last, proxy in ranges(twin, twin.get):
    print(f"    TwinRange{{0x{first:X}, 0x{last:X}, 0x{proxy:X}}},")
print("};\nconstexpr std::array numeric_since_17{")
for first, last, _ in ranges(numeric):
    print(f"    CharacterRange{{0x{first:X}, 0x{last:X}}},")
print("};\nconstexpr std::array inert_before_14{")
for first, last, _ in ranges(inert_before_14()):
    print(f"    CharacterRange{{0x{first:X}, 0x{last:X}}},")
print("};\nconstexpr std::array accents{")
strip_accents = normalizers.StripAccents().normalize_str
for first, last, _ in ranges(c for c in CODE_POINTS if not strip_accents(chr(c))):
    print(f"    CharacterRange{{0x{first:X}, 0x{last:X}}},")
print("};\nconstexpr std::array cased_since_14{")
lowercase = later_lowercase()
for first, last, _ in ranges(lowercase, lambda c: lowercase[c] - c):
    print(f"    TwinRange{{0x{first:X}, 0x{last:X}, 0x{lowercase[first]:X}}},")
print("};")
