"""The figures of the report. Each function takes labelled data and returns a matplotlib Figure."""

from .attention import AttentionChange, attention_change, largest_change
from .dividend_map import dividend_map
from .salient_heads import salient_heads
from .sorted_dividends import sorted_dividends
from .style import save_png, svg_of

__all__ = [
    "AttentionChange",
    "attention_change",
    "dividend_map",
    "largest_change",
    "salient_heads",
    "save_png",
    "sorted_dividends",
    "svg_of",
]
