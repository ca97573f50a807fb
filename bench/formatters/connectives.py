"""What stands between words and numbers, and what it says of them."""

from __future__ import annotations

import re

from bench.formatters.units import PATTERN

LIST = re.compile(r"[\s\])]*(?:,?\s*\band\b|,|/|;|&|\bvs\.?|\|)[\s\[(]*(?:the\s+)?", re.IGNORECASE)
"""Between two numbers of one quantity."""
BEHIND = re.compile(
    r"[\s\-]*(?:(?:of|in|as|for|is|are|the|its|a|an|worth|apart)\s+)*(?:the\s+|its\s+)?",
    re.IGNORECASE,
)
"""Between a number and the word behind it that names it."""
AND = re.compile(r"\s*(?:\band\b|&|/|\bvs\.?)\s*", re.IGNORECASE)
"""Between two numbers that are sure to be of one kind."""
FOR = re.compile(
    r"[\s\])]*[(\[]?\s*(?:of\s+(?:them|these|those)\s+)?"
    r"(?:(?:are|belongs?|go|goes|makes?\s+up)\s+)?(?:for|in|of|from|on|is|to)?\s*"
    r"(?:the|that of the|is the)?\s*",
    re.IGNORECASE,
)
"""Between a number and its object behind it."""

OF = re.compile(r"\b(?:for|of|in|from|to)\b|[(\[]\s*$", re.IGNORECASE)
ALL_OF = re.compile(
    rf"[ \t]*[\[(]?(?:{PATTERN})?[\])]?[ \t]*(?:(?:for|as)\s+|[(\[])(?:the\s+)?", re.IGNORECASE
)
"""Between numbers and the object that all of them are of."""
WITH = re.compile(r"(?:with|at|having|weighing|carrying)\b", re.IGNORECASE)
WITH_UNTIL = re.compile(rf"\s*(?:{PATTERN})?\s*,?\s*(?:the\s+)?", re.IGNORECASE)
"""Between the numbers of a sentence that begins with `with` and the object that they are of."""
OPENED = re.compile(r"[\"'\s:=]*")
"""Between a word and the braces that hold what is said of it."""
