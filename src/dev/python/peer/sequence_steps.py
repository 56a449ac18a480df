"""Times models of sequences in PyTorch, as `SequenceSteps` does in Java: tokens a second of training and soft targets.

    python src/dev/python/peer/sequence_steps.py --threads 2

A student learns from the teacher's 32 likeliest tokens and the rest; soft targets are those, of batches as a teacher
reads them. A step is forward and backward pass, clipping and AdamW; its time is the median of --steps.
"""

import argparse
import time

import peer
import torch
from layers import Decoder, EncoderDecoder
from torch.nn import functional as F

FIRST, HEADS, DROPOUT, WARM_UP, LARGEST, ALPHA = 5, 4, 0.1, 2, 32, 0.5

# what, whether there are sources, tokens known, teacher's layers and width, student's, texts in a batch, their tokens
PAIRS = [
    ("translation", True, 6000, (3, 256), (1, 128), 64, 16),
    ("language model of 32,000 tokens", False, 32000, (3, 256), (1, 128), 16, 128),
]

parser = argparse.ArgumentParser()
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--steps", type=int, default=12)
parser.add_argument("--bf16", action="store_true")
options = parser.parse_args()
torch.set_num_threads(options.threads)
peer.seed_all(1)


def model(sources, vocabulary, layers, width, tokens):
    kind = EncoderDecoder if sources else Decoder
    return kind(vocabulary, tokens + 1, layers, width, HEADS, DROPOUT)


def logits(model, sources, read):
    with torch.autocast("cpu", torch.bfloat16, enabled=options.bf16):
        mask = None if sources is None else torch.ones_like(sources, dtype=torch.bool)
        found = model(read) if sources is None else model(sources, mask, read)
    return found.float().flatten(0, 1)


@torch.no_grad()
def soft_targets(teacher, sources, read):
    found = logits(teacher.eval(), sources, read)
    largest, classes = found.topk(LARGEST)
    rest = found.scatter(1, classes, -1e4).logsumexp(-1, keepdim=True)
    return torch.cat([largest, rest], 1), classes


def divergence(student, soft):
    largest, classes = soft
    rest = student.scatter(1, classes, -1e4).logsumexp(-1, keepdim=True)
    return peer.soft_loss(torch.cat([student.gather(1, classes), rest], 1), largest, 1.0)


def step(model, optimizer, batch, soft=None):
    sources, read, known = batch
    optimizer.zero_grad(set_to_none=True)
    found = logits(model, sources, read)
    loss = F.cross_entropy(found, known.flatten())
    if soft is not None:
        loss = (1 - ALPHA) * loss + ALPHA * divergence(found, soft)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()


def timed(batches, work):
    """The tokens a second of the median batch, after some."""
    seconds = []
    for batch in batches:
        start = time.perf_counter()
        work(batch)
        seconds.append(time.perf_counter() - start)
    seconds = sorted(seconds[WARM_UP:])
    return batches[0][1].numel() / seconds[len(seconds) // 2]


for what, has_sources, vocabulary, of_teacher, of_student, texts, tokens in PAIRS:
    batches = []
    for _ in range(WARM_UP + options.steps):
        target = torch.randint(FIRST, vocabulary, (texts, tokens + 1))
        sources = torch.randint(FIRST, vocabulary, (texts, tokens)) if has_sources else None
        batches.append((sources, target[:, :-1], target[:, 1:]))
    teacher = model(has_sources, vocabulary, *of_teacher, tokens).train()
    student = model(has_sources, vocabulary, *of_student, tokens).train()
    optimizer = peer.adamw(teacher, 1e-4)
    peer.tell(f"{what}, teacher", "PER_SECOND", timed(batches, lambda batch: step(teacher, optimizer, batch)))
    soft = {}
    rate = timed(batches, lambda batch: soft.update({id(batch): soft_targets(teacher, *batch[:2])}))
    peer.tell(f"{what}, soft targets", "PER_SECOND", rate)
    optimizer = peer.adamw(student, 1e-4)
    rate = timed(batches, lambda batch: step(student, optimizer, batch, soft[id(batch)]))
    peer.tell(f"{what}, student", "PER_SECOND", rate)
peer.tell_memory("sequences, memory")
