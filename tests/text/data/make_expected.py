#!/usr/bin/env python3
"""Writes the small tokenizer folders beside this script and what the package `tokenizers` (0.23.3) makes of texts.

Each folder gets tokenizer.json and expected.json: [{"text", "ids", "ids_with_special", "decoded",
"decoded_without_special"}]. Run it only to change the cases; the tests read its output.
"""

import json
import pathlib
import random

from tokenizers import Tokenizer, pre_tokenizers

HERE = pathlib.Path(__file__).parent
LLAMA3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+"
    r"|\s+(?!\S)|\s+"
)
QWEN = LLAMA3.replace("{1,3}", "")
GPT4O = (
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
QWEN3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
HAN = r"[\p{Han}]+|\w+(?=\W|$)|^\d++"
ALPHABET = sorted(pre_tokenizers.ByteLevel.alphabet())

TEXTS = [
    "",
    " ",
    "   ",
    "hello",
    "Hello world",
    "hello  world   x\n\n\tTab",
    "the the the",
    "trailing ",
    " leading",
    "don't I'LL we've DON'ſ",
    "12 345 6789 1a2b ½②Ⅷ٣",
    "a\r\n\r\nb  \n c",
    "naïve café",
    "日本語 中文 한국어 ελλ",
    "🙂👩‍👩‍👧 🇯🇵",
    "a\x04b\x00c\x7f",
    "\u00a0x\u1680y\u180ez\u2003w\u3000v\u0085u",
    "e\u0301 \u1e9b\u0323 \uac00 \u2126 ﬁ",
    "x_y-z.(w)",
    "▁a▁▁b ▁c",
    "<s>a</s>",
    "<tool> a  <tool>b<tool>",
    "aWORDb WORD WORD, WORDe\u0301 WORD",
    "x <strip>  y<strip>z",
    "the-final--countdown-",
    "--a",
    "abababababababababababababababababababababababababababababababababababababab",
    "zzqzz q",
    "<0x41>",
    "Ġa",
    "\U0001ccf0\U00011de0\u0897a",
    "ſ'ſ",
    "line one\nline two\n",
]
NORMALIZED_TEXTS = [
    "ΑΣ ΣΑΣ İI ǅ ÀÉ ẞ Ꞌ",
    "\u00a0\t strip me \u3000\n",
    " \u200b kept \ufeff ",
    "a\u0301b\u0903c\u20ddd\u1cf2 \u0898 \u1ac5 e\u0489",
    "\ua7ce\U00010d50\U00016eb8\ua7cb",
    "THE HELLO <S> </S>",
    "▁the ▁▁the",
]


def byte_level_model(merges, missing="", first=()):
    vocabulary = [*first, *(c for c in ALPHABET if c not in missing)]
    vocabulary += [a + b for a, b in merges if a + b not in vocabulary]
    return model(vocabulary, [f"{a} {b}" for a, b in merges])


def model(vocabulary, merges, **options):
    fields = dict(
        type="BPE",
        dropout=None,
        unk_token=None,
        continuing_subword_prefix=None,
        end_of_word_suffix=None,
        fuse_unk=False,
        byte_fallback=False,
        ignore_merges=False,
    )
    return fields | options | dict(vocab={token: id for id, token in enumerate(vocabulary)}, merges=merges)


def added(id, content, **options):
    fields = dict(
        id=id, content=content, single_word=False, lstrip=False, rstrip=False, normalized=False, special=False
    )
    return fields | options


def template(before, after, ids):
    pieces = [{"SpecialToken": {"id": t, "type_id": 0}} for t in before] + [{"Sequence": {"id": "A", "type_id": 0}}]
    pieces += [{"SpecialToken": {"id": t, "type_id": 0}} for t in after]
    tokens = {t: {"id": t, "ids": [ids[t]], "tokens": [t]} for t in before + after}
    return {
        "type": "TemplateProcessing",
        "single": pieces,
        "pair": pieces + [{"Sequence": {"id": "B", "type_id": 1}}],
        "special_tokens": tokens,
    }


def split(pattern, behavior="Isolated", invert=False, kind="Regex"):
    return {"type": "Split", "pattern": {kind: pattern}, "behavior": behavior, "invert": invert}


def byte_level(use_regex=True, add_prefix_space=False):
    return {"type": "ByteLevel", "add_prefix_space": add_prefix_space, "trim_offsets": True, "use_regex": use_regex}


def sequence(key, *steps):
    return {"type": "Sequence", key: list(steps)}


WORDS = [
    ("t", "h"),
    ("th", "e"),
    ("Ġ", "the"),
    ("h", "e"),
    ("l", "l"),
    ("he", "ll"),
    ("hell", "o"),
    ("Ġ", "hello"),
    ("a", "b"),
    ("ab", "ab"),
    ("abab", "abab"),
    ("Ġ", "Ġ"),
    ("1", "2"),
    ("3", "4"),
    ("34", "5"),
    ("Ċ", "Ċ"),
    ("'", "L"),
    ("'L", "L"),
    ("r", "l"),
    ("o", "rl"),
    ("Ã", "©"),
    ("æ", "Ĺ"),
    ("æĹ", "¥"),
    ("ð", "Ł"),
    ("-", "-"),
]
BYTES = [f"<0x{b:02X}>" for b in range(256)]
SPM_WORDS = ["▁", "t", "h", "e", "a", "b", "l", "o", "w", "r", "d", "x", "n", "i", "é", "日", "-"]
SPM_MERGES = [
    ("▁", "t"),
    ("▁t", "h"),
    ("▁th", "e"),
    ("h", "e"),
    ("l", "l"),
    ("he", "ll"),
    ("▁", "▁"),
    ("a", "b"),
    ("ab", "ab"),
    ("▁", "a"),
]


def spm_vocabulary(first):
    return first + SPM_WORDS + [a + b for a, b in SPM_MERGES]


def spm_model(first, **options):
    return model(spm_vocabulary(first), [list(pair) for pair in SPM_MERGES], **options)


def size(m):
    return len(m["vocab"])


def byte_level_folders():
    digits = byte_level_model(WORDS, missing="ĄĆ")  # bytes 04 and 06 have no token
    n = size(digits)
    yield (
        "digits_gpt2",
        dict(
            model=digits,
            decoder=byte_level(),
            added_tokens=[
                added(n, "<s>", special=True),
                added(n + 1, "</s>", special=True),
                added(n + 2, "<tool>"),
                added(n + 3, "WORD", single_word=True),
                added(n + 4, "<strip>", lstrip=True, rstrip=True),
            ],
            pre_tokenizer=sequence("pretokenizers", {"type": "Digits", "individual_digits": True}, byte_level()),
        ),
    )
    base = byte_level_model(WORDS)
    n = size(base)
    specials = [added(n, "<s>", special=True), added(n + 1, "</s>", special=True)]
    yield (
        "prefix_space",
        dict(
            model=base,
            decoder=byte_level(),
            added_tokens=specials,
            pre_tokenizer=sequence(
                "pretokenizers", {"type": "Digits", "individual_digits": False}, byte_level(add_prefix_space=True)
            ),
        ),
    )
    yield (
        "llama3",
        dict(
            model=base | {"ignore_merges": True},
            decoder=byte_level(),
            added_tokens=specials,
            pre_tokenizer=sequence("pretokenizers", split(LLAMA3), byte_level(use_regex=False)),
            post_processor=sequence("processors", byte_level(), template(["<s>"], [], {"<s>": n})),
        ),
    )
    yield (
        "qwen",
        dict(
            model=base,
            decoder=byte_level(),
            added_tokens=specials,
            normalizer={"type": "NFC"},
            pre_tokenizer=sequence("pretokenizers", split(QWEN), byte_level(use_regex=False)),
            post_processor=byte_level(),
        ),
    )
    yield (
        "gpt4o",
        dict(
            model=base,
            decoder=byte_level(),
            added_tokens=specials,
            normalizer={"type": "NFKC"},
            pre_tokenizer=sequence("pretokenizers", split(GPT4O), byte_level(use_regex=False)),
            post_processor=template(["<s>"], ["</s>"], {"<s>": n, "</s>": n + 1}),
        ),
    )
    yield (
        "han_words",
        dict(
            model=base,
            decoder=byte_level(),
            added_tokens=specials,
            normalizer={"type": "NFKD"},
            pre_tokenizer=sequence(
                "pretokenizers",
                split(HAN, "MergedWithPrevious"),
                split(r"\s+|$", "Contiguous"),
                byte_level(use_regex=False),
            ),
        ),
    )
    # Mistral's: the special tokens have the first numbers.
    later = byte_level_model(WORDS, first=["<unk>", "<s>", "</s>"])
    yield (
        "tekken",
        dict(
            model=later | {"ignore_merges": True},
            decoder=byte_level(),
            added_tokens=[added(i, token, special=True) for i, token in enumerate(["<unk>", "<s>", "</s>"])],
            pre_tokenizer=sequence("pretokenizers", split(GPT4O), byte_level(use_regex=False)),
            post_processor=template(["<s>"], [], {"<s>": 1}),
        ),
    )


def normalizer_folders():
    """Every step that changes characters, before byte-level tokens."""
    base = byte_level_model(WORDS)
    for name, steps in dict(
        lowercase=[{"type": "Lowercase"}],
        strip_accents=[{"type": "NFD"}, {"type": "StripAccents"}],
        strip_left=[{"type": "Strip", "strip_left": True, "strip_right": False}],
        strip_right=[{"type": "Strip", "strip_left": False, "strip_right": True}],
        strip_both=[{"type": "Strip", "strip_left": True, "strip_right": True}, {"type": "Lowercase"}],
    ).items():
        yield (
            name,
            dict(
                model=base,
                decoder=byte_level(),
                added_tokens=[
                    added(size(base), "<S>", special=True, normalized=True),
                    added(size(base) + 1, "<s>", special=True),
                    added(size(base) + 2, "</S>", special=True, normalized=True),
                ],
                normalizer=sequence("normalizers", *steps),
                pre_tokenizer=byte_level(),
            ),
        )


def sentencepiece_folders():
    first = ["<unk>", "<s>", "</s>"]
    specials = [added(i, t, special=True) for i, t in enumerate(first)]
    to_blank = {"type": "Replace", "pattern": {"String": "▁"}, "content": " "}
    strip = {"type": "Strip", "content": " ", "start": 1, "stop": 0}
    yield (
        "llama2",
        dict(
            model=spm_model(first + BYTES, unk_token="<unk>", fuse_unk=True, byte_fallback=True),
            added_tokens=specials,
            normalizer=sequence(
                "normalizers",
                {"type": "Prepend", "prepend": "▁"},
                {"type": "Replace", "pattern": {"String": " "}, "content": "▁"},
            ),
            post_processor=template(["<s>"], [], {"<s>": 1}),
            decoder=sequence("decoders", to_blank, {"type": "ByteFallback"}, {"type": "Fuse"}, strip),
        ),
    )
    # As transformers 5 writes a SentencePiece model with pieces that users defined.
    yield (
        "user_pieces",
        dict(
            model=spm_model(
                first + BYTES + ["[DOC]"], unk_token="<unk>", fuse_unk=True, byte_fallback=True, ignore_merges=True
            ),
            added_tokens=specials,
            normalizer=sequence(
                "normalizers",
                {"type": "Replace", "pattern": {"Regex": r"\A +| +\z"}, "content": ""},
                {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "},
                {"type": "Replace", "pattern": {"String": " "}, "content": "▁"},
                {"type": "Replace", "pattern": {"Regex": r"\A▁"}, "content": "▁▁"},
            ),
            pre_tokenizer=sequence(
                "pretokenizers",
                {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": False},
                split(r"\[DOC\]|ab"),
            ),
            decoder=sequence("decoders", to_blank, {"type": "ByteFallback"}, {"type": "Fuse"}, strip),
        ),
    )
    # Few byte tokens: a character is spelt by them only if all of its bytes are there.
    partial = ["<0x0A>", "<0xE4>", "<0xB8>", "<0xAD>"]
    metaspace = {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "first", "split": False}
    yield (
        "mistral",
        dict(
            model=spm_model(first + partial, unk_token="<unk>", fuse_unk=False, byte_fallback=True),
            added_tokens=specials + [added(size(spm_model(first + partial)), "<tool>", normalized=True)],
            pre_tokenizer=metaspace,
            decoder=sequence("decoders", {"type": "ByteFallback"}, metaspace),
        ),
    )
    always = {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True}
    yield (
        "metaspace_fused",
        dict(
            model=spm_model(first, unk_token="<unk>", fuse_unk=True),
            added_tokens=specials,
            pre_tokenizer=always,
            decoder=always,
            post_processor=template(["<s>"], ["</s>"], {"<s>": 1, "</s>": 2}),
        ),
    )
    yield (
        "metaspace_never",
        dict(
            model=spm_model(first),
            added_tokens=specials,
            normalizer={"type": "NFD"},
            pre_tokenizer=sequence(
                "pretokenizers", split("-", "Removed", kind="String"), always | {"prepend_scheme": "never"}
            ),
            decoder=always | {"prepend_scheme": "never"},
        ),
    )
    yield (
        "no_decoder",
        dict(
            model=spm_model(first, unk_token="<unk>"),
            added_tokens=specials,
            normalizer={"type": "Replace", "pattern": {"Regex": r"[\s\-]+"}, "content": "▁"},
        ),
    )


def piece_counter(known=""):
    """Each word becomes one <unk>, broken only by known characters: the ids show where words begin and end."""
    return model(["<unk>", *known], [], unk_token="<unk>", fuse_unk=True)


def boundary_folders():
    digits = {"type": "Digits", "individual_digits": False}
    for name, steps in dict(
        gpt2=[split(GPT2)],
        llama3=[split(LLAMA3)],
        gpt4o=[split(GPT4O)],
        qwen3=[split(QWEN3)],
        han=[split(HAN)],
        digits=[digits],
    ).items():
        yield f"words_{name}", dict(model=piece_counter(), pre_tokenizer=sequence("pretokenizers", *steps))


def behavior_folders():
    """One folder for each behaviour of Split, cut at '-' and at everything else."""
    for behavior in ["Isolated", "Removed", "MergedWithPrevious", "MergedWithNext", "Contiguous"]:
        for invert in [False, True]:
            yield (
                f"split_{behavior}{'_inverted' if invert else ''}",
                dict(model=piece_counter("-a"), pre_tokenizer=split("-", behavior, invert, "String")),
            )


def random_text(rng):
    pool = "".join(TEXTS) + "'sSLl  \n\t--0129"
    return "".join(rng.choice(pool) for _ in range(rng.randrange(1, 30)))


def write(name, parts):
    file = (
        dict(
            version="1.0",
            truncation=None,
            padding=None,
            added_tokens=[],
            normalizer=None,
            pre_tokenizer=None,
            post_processor=None,
            decoder=None,
        )
        | parts
    )
    folder = HERE / name
    folder.mkdir(exist_ok=True)
    (folder / "tokenizer.json").write_text(json.dumps(file, ensure_ascii=False) + "\n", encoding="utf-8")
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    rng = random.Random(name)
    cases = []
    texts = TEXTS + [random_text(rng) for _ in range(40)]
    for text in texts + (NORMALIZED_TEXTS if parts.get("normalizer") else []):
        special = tokenizer.encode(text).ids
        cases.append(
            dict(
                text=text,
                ids=tokenizer.encode(text, add_special_tokens=False).ids,
                ids_with_special=special,
                decoded=tokenizer.decode(special, skip_special_tokens=False),
                decoded_without_special=tokenizer.decode(special),
            )
        )
    lines = ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases)
    (folder / "expected.json").write_text(f"[\n{lines}\n]\n", encoding="utf-8")


for folders in [byte_level_folders, normalizer_folders, sentencepiece_folders, boundary_folders, behavior_folders]:
    for name, parts in folders():
        write(name, parts)
