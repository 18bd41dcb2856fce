"""A language model for tests of a real engine: random weights, a vocabulary of bytes, always the same file.

It answers "ok" to everything, and need not say more: what counts is that the engine tokenises our text, fills its
cache with it, and finds it there again. A prompt costs it about a second for a thousand tokens.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import gguf
import numpy as np
from numpy.typing import NDArray

Tensor = NDArray[np.float32]

END, OPEN, CLOSE = "<|endoftext|>", "<|im_start|>", "<|im_end|>"
WORDS = (
    *(
        "    ",
        "        ",
        "def ",
        "class ",
        "self",
        "return ",
        "import ",
        "from ",
        "None",
        "int",
        " = ",
        " the ",
    ),
    *("total", "checkout", "position", "ing ", "tion", '"""'),
)
"""Frequent pieces of code get tokens of their own, so that a token is not just a byte."""

TEMPLATE = (
    "{%- for message in messages -%}"
    f"{{{{- '{OPEN}' + message.role + '\\n' + message.content + '{CLOSE}\\n' -}}}}"
    "{%- endfor -%}"
    f"{{%- if add_generation_prompt -%}}{{{{- '{OPEN}assistant\\n' -}}}}{{%- endif -%}}"
)
PRINTABLE = frozenset({*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)})
OTHERS = tuple(byte for byte in range(256) if byte not in PRINTABLE)

ANSWER = ("\n", "o", "k", CLOSE)
"""Each of these tokens makes the next one certain; every prompt ends with the first."""

LOUDNESS, CERTAINTY = 40.0, 4.0
"""How far a token of the answer stands out of the noise of the layers, and its successor among the logits."""

NORMAL, CONTROL = 1, 3
ENCODING = gguf.GGMLQuantizationType.Q8_0


@dataclass(frozen=True, slots=True)
class Size:
    """The shape of the network: larger is slower, nothing else."""

    width: int = 256
    layers: int = 4
    heads: int = 4
    shared_heads: int = 2
    inner: int = 768
    context: int = 65_536


def write_model(path: Path, size: Size | None = None, seed: int = 7) -> None:
    """Write a GGUF file of a few megabytes."""
    size = size or Size()
    writer = gguf.GGUFWriter(str(path), "llama")
    _describe(writer, size)
    tokens, merges = vocabulary()
    _add_vocabulary(writer, tokens, merges)
    for name, tensor in _tensors(size, tokens, np.random.default_rng(seed)):
        if tensor.ndim == 1:
            writer.add_tensor(name, tensor)
        else:
            writer.add_tensor(name, gguf.quants.quantize(tensor, ENCODING), raw_dtype=ENCODING)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def vocabulary() -> tuple[list[str], list[str]]:
    """Tokens (the control tokens last) and merges, in the printable alphabet of byte-level BPE."""
    tokens, merges = [letter(byte) for byte in range(256)], list[str]()
    for word in WORDS:
        letters = [letter(byte) for byte in word.encode()]
        grown = letters[0]
        for following in letters[1:]:
            if grown + following not in tokens:
                merges.append(f"{grown} {following}")
                tokens.append(grown + following)
            grown += following
    return [*tokens, END, OPEN, CLOSE], merges


def letter(byte: int) -> str:
    """A byte in GPT-2's alphabet: printable Latin-1 stands for itself, the others for code points from 256 on."""
    return chr(byte) if byte in PRINTABLE else chr(256 + OTHERS.index(byte))


def _describe(writer: gguf.GGUFWriter, size: Size) -> None:
    writer.add_name("random bytes")
    writer.add_context_length(size.context)
    writer.add_embedding_length(size.width)
    writer.add_block_count(size.layers)
    writer.add_feed_forward_length(size.inner)
    writer.add_head_count(size.heads)
    writer.add_head_count_kv(size.shared_heads)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(size.width // size.heads)
    writer.add_chat_template(TEMPLATE)


def _add_vocabulary(writer: gguf.GGUFWriter, tokens: list[str], merges: list[str]) -> None:
    writer.add_vocab_size(len(tokens))
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("smollm")
    writer.add_token_list(tokens)
    writer.add_token_types([NORMAL] * (len(tokens) - 3) + [CONTROL] * 3)
    writer.add_token_merges(merges)
    writer.add_bos_token_id(len(tokens) - 3)
    writer.add_eos_token_id(len(tokens) - 1)
    writer.add_add_bos_token(value=False)


def _tensors(size: Size, tokens: list[str], dice: np.random.Generator) -> Iterator[tuple[str, Tensor]]:
    """Names as llama.cpp knows them, with random matrices, and norms that change nothing."""
    width, shared = size.width, size.width // size.heads * size.shared_heads

    def matrix(n_rows: int, n_columns: int, scale: float) -> Tensor:
        return dice.standard_normal((n_rows, n_columns), dtype=np.float32) * np.float32(scale)

    said, heard = _answering(tokens, width)
    norm = np.ones(width, dtype=np.float32)
    yield "token_embd.weight", matrix(len(tokens), width, 0.5) + heard
    yield "output.weight", said
    yield "output_norm.weight", norm
    shapes = {
        "attn_q": (width, width),
        "attn_k": (shared, width),
        "attn_v": (shared, width),
        "attn_output": (width, width),
        "ffn_gate": (size.inner, width),
        "ffn_up": (size.inner, width),
        "ffn_down": (width, size.inner),
    }
    for layer in range(size.layers):
        yield f"blk.{layer}.attn_norm.weight", norm
        yield f"blk.{layer}.ffn_norm.weight", norm
        for name, (n_rows, n_columns) in shapes.items():
            yield f"blk.{layer}.{name}.weight", matrix(n_rows, n_columns, n_columns**-0.5)


def _answering(tokens: list[str], width: int) -> tuple[Tensor, Tensor]:
    """Output rows and additions to the embeddings: each step of the answer has a direction of its own."""
    said, heard = (np.zeros((len(tokens), width), dtype=np.float32) for _ in range(2))
    ids = [tokens.index(token if token == CLOSE else letter(ord(token))) for token in ANSWER]
    for direction, (before, after) in enumerate(pairwise(ids)):
        heard[before, direction] = LOUDNESS
        said[after, direction] = CERTAINTY
    return said, heard
