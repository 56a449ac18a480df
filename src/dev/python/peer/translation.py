"""The program TranslateTexts in PyTorch.

    python src/dev/python/peer/translation.py --data multi30k --tokenizer tokenizer.json

Trains the same teacher, the student that learns from its probabilities at each step (of all tokens, not of the
likeliest), and the control, with the epochs, rates, batches and losses of that program. Prints BLEU of the test texts.
Needs tokenizers and sacrebleu beside what `peer.py` needs.
"""

import argparse
import math
from pathlib import Path

import numpy as np
import peer
import sacrebleu
import torch
from layers import EncoderDecoder
from tokenizers import Tokenizer
from torch.nn import functional as F

ALPHA, SMOOTHING, BATCH, BEAMS, MOST_TOKENS = 0.8, 0.1, 64, 4, 100
POSITIONS, HEADS = 128, 4

# layers of each stack, width, dropout probability, epochs, learning rate
TEACHER = 2, 128, 0.1, 16, 2e-3
STUDENT = 1, 64, 0.0, 12, 3e-3

parser = argparse.ArgumentParser()
parser.add_argument("--data", required=True, type=Path)
parser.add_argument("--tokenizer", required=True)
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--seed", type=int, default=0)
parser.add_argument("--bf16", action="store_true")
options = parser.parse_args()

tokenizer = Tokenizer.from_file(options.tokenizer)
BEGIN, END = tokenizer.token_to_id("<s>"), tokenizer.token_to_id("</s>")
# Any token that is no text's stands for padding, which is masked.
PAD = BEGIN


def encoded(name, before=(), after=(END,)):
    lines = (options.data / name).read_text(encoding="utf-8").splitlines()
    texts = tokenizer.encode_batch(lines, add_special_tokens=False)
    return [[*before, *text.ids, *after] for text in texts], lines


def batch_of(pairs, rows):
    sources, targets = zip(*(pairs[row] for row in rows))
    ids = peer.padded(list(sources), -1)
    read, known = peer.padded([t[:-1] for t in targets], PAD), peer.padded([t[1:] for t in targets], peer.UNLABELLED)
    return ids.clamp(min=0), ids >= 0, read, known


def trained(layers, width, dropout, epochs, rate, teacher=None):
    peer.seed_all(options.seed)
    model = EncoderDecoder(tokenizer.get_vocab_size(), POSITIONS, layers, width, HEADS, dropout)
    numbers = np.random.default_rng(options.seed)
    lengths = peer.Texts([source + target for source, target in pairs], None)
    optimizer = peer.adamw(model, rate)
    schedule = peer.warm_up_and_decay(optimizer, epochs * math.ceil(len(pairs) / BATCH))
    for _ in range(epochs):
        for rows in lengths.training_batches(BATCH, numbers):
            model.train()
            step(model, optimizer, batch_of(pairs, rows), teacher)
            schedule.step()
    return model.eval()


def step(model, optimizer, batch, teacher):
    sources, mask, read, known = batch
    optimizer.zero_grad(set_to_none=True)
    with torch.autocast("cpu", torch.bfloat16, enabled=options.bf16):
        logits = model(sources, mask, read)
        if teacher is not None:
            with torch.no_grad():
                soft = teacher(sources, mask, read)
    logits = logits.float()[known >= 0]
    loss = F.cross_entropy(logits, known[known >= 0], label_smoothing=SMOOTHING)
    if teacher is not None:
        loss = (1 - ALPHA) * loss + ALPHA * peer.soft_loss(logits, soft.float()[known >= 0], 1.0)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()


@torch.no_grad()
def translated(model, source):
    """By beam search: of the texts that end, that with the highest mean log-likelihood of a token."""
    ids = torch.tensor([source])
    memory, padding = model.encode(ids, torch.ones_like(ids, dtype=torch.bool))
    beams, ended = [((BEGIN,), 0.0)], []
    for length in range(1, MOST_TOKENS + 1):
        rows = torch.tensor([tokens for tokens, _ in beams])
        states = memory.expand(len(beams), -1, -1), padding.expand(len(beams), -1, -1, -1)
        scores = F.log_softmax(model.decode(rows, *states)[:, -1], -1)
        scores += torch.tensor([[score] for _, score in beams])
        best = scores.flatten().topk(2 * BEAMS)
        places = [divmod(index, scores.shape[1]) for index in best.indices.tolist()]
        ranked = [((*beams[row][0], token), score) for (row, token), score in zip(places, best.values.tolist())]
        ended += [(tokens, score / length) for tokens, score in ranked[:BEAMS] if tokens[-1] == END]
        ended = sorted(ended, key=lambda each: -each[1])[:BEAMS]
        beams = [each for each in ranked if each[0][-1] != END][:BEAMS]
        if len(ended) == BEAMS and beams[0][1] / length <= ended[-1][1]:
            break
    ended += [(tokens, score / length) for tokens, score in beams] if not ended else []
    return tokenizer.decode(list(max(ended, key=lambda each: each[1])[0]))


def tell(what, model):
    for test in sorted(options.data.glob("test*.en")):
        sources, _ = encoded(test.name)
        _, expected = encoded(test.with_suffix(".de").name)
        score = sacrebleu.corpus_bleu([translated(model, source) for source in sources], [expected])
        peer.tell(f"{what}, {test.name}, BLEU", "BLEU", score.score)


torch.set_num_threads(options.threads)
pairs = list(zip(encoded("train.en")[0], encoded("train.de", before=(BEGIN,))[0]))
teacher = trained(*TEACHER)
tell("teacher", teacher)
tell("student, each step", trained(*STUDENT, teacher))
tell("control", trained(*STUDENT))
