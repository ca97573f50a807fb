"""What stands between words and numbers, and what it says of them."""

from __future__ import annotations

import re

from bench.formatters.units import PATTERN

FILLERS = re.compile(
    rf"'s\b|\b(?:is|was|are|were|of|at|about|around|approximately|approx\.?|roughly|some|ca\.?|has|have|a|an"
    r"|the|its|it|equals?|to|comes|out|with|being|measured|reads|value|respectively|and|jets?|both|nearly"
    r"|just|only|carries|contains|sits|lies|points|for|each|only|now|here|we|get|gives?|in|units?|one|be|still|as|which|that)\b"
    rf"|(?<![^\W_])(?:{PATTERN})|\.{{2,}}|…|\s\.\s"
    r"|[\s=:~≈\"'`*_|()\[\]{}<>\\$→,/-]+",
    re.IGNORECASE,
)
"""Between a word and its number, without parting them."""
LIST = re.compile(r"[\s\])]*(?:,?\s*\band\b|,|/|;|&|\bvs\.?|\|)[\s\[(]*(?:the\s+)?", re.IGNORECASE)
"""Between two numbers of one quantity."""
AND = re.compile(r"\s*(?:\band\b|&|/|\bvs\.?)\s*", re.IGNORECASE)
"""Between two numbers that are sure to be of one kind."""
BEHIND = re.compile(
    r"[\s\-]*(?:(?:of|in|as|for|is|are|the|its|a|an|worth|apart)\s+)*(?:the\s+|its\s+)?",
    re.IGNORECASE,
)
"""Between a number and the word behind it that names it."""
FOR = re.compile(
    r"[\s\])]*[(\[]?\s*(?:of\s+(?:them|these|those)\s+)?"
    r"(?:(?:are|belongs?|go|goes|makes?\s+up)\s+)?(?:for|in|of|from|on|is|to)?\s*"
    r"(?:the|that of the|is the)?\s*",
    re.IGNORECASE,
)
"""Between a number and its object behind it."""
OF = re.compile(r"\b(?:for|of|in|from|to)\b|[(\[]\s*$", re.IGNORECASE)
"""What makes sure that an object behind a number is the number's."""
