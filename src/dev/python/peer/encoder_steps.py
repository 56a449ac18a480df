"""Times training steps and predictions of random BERTs in PyTorch, as `EncoderSteps` does in Java.

    python src/dev/python/peer/encoder_steps.py --threads 2

A step is forward and backward pass, clipping and AdamW; its time is the median of --steps.
"""

import argparse
import time

import peer
import torch

VOCABULARY, USED, LABELS, DROPOUT, WARM_UP = 30522, 3000, 77, 0.1, 2

# what, layers, width, texts in a batch, tokens in a text, whether there are soft targets
STEPS = [
    ("teacher's step", 6, 384, 32, 16, False),
    ("student's step", 2, 384, 32, 16, True),
    ("12 layers, a step", 12, 384, 32, 16, False),
    ("768 wide, a step", 6, 768, 8, 64, False),
]

parser = argparse.ArgumentParser()
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--steps", type=int, default=12)
parser.add_argument("--texts", type=int, default=2048)
parser.add_argument("--bf16", action="store_true")
options = parser.parse_args()
torch.set_num_threads(options.threads)
peer.seed_all(1)


def classifier(layers, width):
    return peer.Classifier(peer.bert(layers, width, DROPOUT, vocabulary=VOCABULARY), LABELS, DROPOUT)


def random_texts(count, tokens):
    return [torch.randint(5, USED, (tokens,)).tolist() for _ in range(count)]


def median(values):
    return sorted(values)[len(values) // 2]


for what, layers, width, size, tokens, taught in STEPS:
    model = classifier(layers, width).train()
    optimizer = peer.adamw(model, 1e-4)
    milliseconds = []
    for _ in range(WARM_UP + options.steps):
        texts = peer.Texts(random_texts(size, tokens), torch.randint(0, LABELS, (size,)).tolist())
        teacher = torch.randn(size, LABELS) if taught else None
        start = time.perf_counter()
        peer.step(model, optimizer, texts.tensors(range(size)), options.bf16, teacher)
        milliseconds.append(1e3 * (time.perf_counter() - start))
    peer.tell(what, "MILLISECONDS", median(milliseconds[WARM_UP:]))

model = classifier(6, 384)
lengths = torch.randint(8, 28, (options.texts,)).tolist()
texts = peer.Texts([random_texts(1, length)[0] for length in lengths], [0] * options.texts)
peer.predict(model, peer.Texts(texts.ids[:64], texts.labels[:64]), options.bf16)
start = time.perf_counter()
peer.predict(model, texts, options.bf16)
peer.tell("soft targets", "PER_SECOND", options.texts / (time.perf_counter() - start))
peer.tell_memory("steps, memory")
