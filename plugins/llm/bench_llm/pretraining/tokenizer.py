"""The tokenizer of `tiny`: byte-level pairs, every digit a token of its own as in Mistral's."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from bench_llm.prompts.frame import CHAT, END_CHAT

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

UNKNOWN, BOS, EOS, PAD = "<unk>", "<s>", "</s>", "<pad>"
PIECES = r"\d|\s?[^\W\d]+=-?|\s?[^\W\d]+|[^\w\s]+|\s+"
"""A digit; a name with its mark of equality and a sign; a word with the space before it."""
CHAT_TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}"
    "{% if message['role'] == 'user' %}"
    f"{CHAT}{{{{ message['content'] }}}}{END_CHAT}"
    "{% else %}{{ ' ' + message['content'] + eos_token }}{% endif %}{% endfor %}"
)


def train_tokenizer(texts: Iterable[str], size: int) -> PreTrainedTokenizerBase:
    """A tokenizer of at most `size` tokens that can say any text, and back without a loss."""
    from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, processors, trainers
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(PIECES), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    marks = [UNKNOWN, BOS, EOS, PAD, CHAT.strip(), END_CHAT.strip()]
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        special_tokens=marks,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{BOS} $A", special_tokens=[(BOS, marks.index(BOS))]
    )
    made = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token=BOS,
        eos_token=EOS,
        pad_token=PAD,
        unk_token=UNKNOWN,
        clean_up_tokenization_spaces=False,
    )
    made.chat_template = CHAT_TEMPLATE
    return made
