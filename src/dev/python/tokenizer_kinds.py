"""Trains a small tokenizer of each kind on questions of BANKING77, for the tests of reduced vocabularies.

    python -m pip install tokenizers==0.23.3
    python src/dev/python/tokenizer_kinds.py \
        tribuo-distill/src/test/resources/org/tribuo/distill/input/text/kinds
"""

import csv
import sys
from pathlib import Path

from tokenizers import (Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers)

SPECIAL = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
TEMPLATE = processors.TemplateProcessing(single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>",
                                         special_tokens=[("<s>", 0), ("</s>", 2)])


def texts():
    with open("examples/data/banking77/train.csv", encoding="utf-8", newline="") as file:
        return [row["text"] for row in csv.DictReader(file)][:3000] + ["naïve café 50 € ¿qué? Zażółć"]


def word_piece():
    tokenizer = Tokenizer(models.WordPiece(unk_token="<unk>"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.train_from_iterator(texts(), trainers.WordPieceTrainer(
        vocab_size=500, special_tokens=SPECIAL, show_progress=False))
    return tokenizer


def bpe():
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", end_of_word_suffix="</w>"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.train_from_iterator(texts(), trainers.BpeTrainer(
        vocab_size=500, special_tokens=SPECIAL, end_of_word_suffix="</w>", show_progress=False))
    return tokenizer


def byte_level_bpe():
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(texts(), trainers.BpeTrainer(
        vocab_size=700, special_tokens=SPECIAL, show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    return tokenizer


def unigram():
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.train_from_iterator(texts(), trainers.UnigramTrainer(
        vocab_size=500, special_tokens=SPECIAL, unk_token="<unk>", show_progress=False))
    return tokenizer


def main():
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for make in (word_piece, bpe, byte_level_bpe, unigram):
        tokenizer = make()
        tokenizer.post_processor = TEMPLATE
        tokenizer.enable_padding(pad_id=1, pad_token="<pad>")
        tokenizer.save(str(folder / (make.__name__ + ".json")), pretty=False)


if __name__ == "__main__":
    main()
