"""The program GenerateText in PyTorch.

    python src/dev/python/peer/language_model.py --texts target/generation

Trains the same three language models with the epochs, rates, batches and losses of that program, on the texts and
with the tokenizer that it has left in that folder; the student learns from the teacher's probabilities of all tokens,
not of the likeliest. Prints perplexities of the test texts. Needs tokenizers beside what `peer.py` needs.
"""

import argparse
import math
from pathlib import Path

import peer
import torch
from causal import read_and_known, train
from layers import Decoder
from tokenizers import Tokenizer
from torch.nn import functional as F

POSITIONS, BATCH, AT_ONCE = 128, 32, 64

parser = argparse.ArgumentParser()
parser.add_argument("--texts", required=True, type=Path)
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--seed", type=int, default=0)
parser.add_argument("--bf16", action="store_true")
options = parser.parse_args()

torch.set_num_threads(options.threads)
tokenizer = Tokenizer.from_file(str(options.texts / "tokenizer.json"))
tokenizer.no_padding()
tokenizer.no_truncation()
BEGIN, END = tokenizer.token_to_id("[CLS]"), tokenizer.token_to_id("[SEP]")


def encoded(name):
    lines = (options.texts / name).read_text(encoding="utf-8").splitlines()
    texts = tokenizer.encode_batch(lines, add_special_tokens=False)
    return [[BEGIN, *text.ids, END][: POSITIONS + 1] for text in texts]


@torch.no_grad()
def perplexity(model, texts):
    surprise, tokens = 0.0, 0
    for start in range(0, len(texts), AT_ONCE):
        ids, known = read_and_known(texts[start : start + AT_ONCE])
        logits = model(ids)[known >= 0]
        surprise += F.cross_entropy(logits, known[known >= 0], reduction="sum").item()
        tokens += len(logits)
    return math.exp(surprise / tokens)


def trained(what, layers, width, heads, epochs, rate, teacher=None):
    peer.seed_all(options.seed)
    model = Decoder(tokenizer.get_vocab_size(), POSITIONS, layers, width, heads, 0.1)
    train(model, learnt, epochs, rate, BATCH, options.seed, options.bf16, teacher)
    peer.tell(what, "PERPLEXITY", perplexity(model, test))
    return model


learnt, test = encoded("train.txt"), encoded("test.txt")
teacher = trained("teacher", 3, 192, 6, 4, 1e-3)
trained("student", 2, 96, 4, 5, 2e-3, teacher)
trained("control", 2, 96, 4, 5, 2e-3)
