"""Times distillation steps of a BERT in PyTorch, of the shapes that BertTrainingTest measures.

    python src/dev/python/bert_step.py
    ./mvnw verify -Pslow -pl tribuo-distill -Dtest=BertTrainingTest

Needs torch (written against 2.15). Prints forward and backward + AdamW, in milliseconds, as the
fastest of ten steps; eager float32, without dropout, on two threads.
"""

import time

import torch
from torch import nn
from torch.nn import functional as F

VOCABULARY, POSITIONS, HEADS, STEPS = 30522, 512, 12, 10
ALPHA, TEMPERATURE = 0.9, 2.0


class Layer(nn.Module):
    def __init__(self, hidden):
        super().__init__()
        self.query, self.key, self.value = (nn.Linear(hidden, hidden) for _ in range(3))
        self.output = nn.Linear(hidden, hidden)
        self.attention_norm = nn.LayerNorm(hidden, eps=1e-12)
        self.wide, self.narrow = nn.Linear(hidden, 4 * hidden), nn.Linear(4 * hidden, hidden)
        self.norm = nn.LayerNorm(hidden, eps=1e-12)

    def forward(self, x, mask):
        q, k, v = (
            f(x).unflatten(-1, (HEADS, -1)).transpose(1, 2)
            for f in (self.query, self.key, self.value)
        )
        mixed = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        x = self.attention_norm(x + self.output(mixed.transpose(1, 2).flatten(2)))
        return self.norm(x + self.narrow(F.gelu(self.wide(x))))


class BertClassifier(nn.Module):
    def __init__(self, layers, hidden):
        super().__init__()
        self.words = nn.Embedding(VOCABULARY, hidden)
        self.positions = nn.Embedding(POSITIONS, hidden)
        self.norm = nn.LayerNorm(hidden, eps=1e-12)
        self.layers = nn.ModuleList(Layer(hidden) for _ in range(layers))
        self.classifier = nn.Linear(hidden, 2)

    def forward(self, ids, mask):
        places = torch.arange(ids.shape[1])
        x = self.norm(self.words(ids) + self.positions(places))
        hiding = ((1 - mask.float()) * -10000)[:, None, None]
        for layer in self.layers:
            x = layer(x, hiding)
        return self.classifier(x[:, 0])


def loss(logits, labels, teacher):
    hard = F.cross_entropy(logits, labels)
    soft = F.kl_div(
        F.log_softmax(logits / TEMPERATURE, -1),
        F.log_softmax(teacher / TEMPERATURE, -1),
        reduction="batchmean",
        log_target=True,
    )
    return (1 - ALPHA) * hard + ALPHA * TEMPERATURE**2 * soft


def measure(layers, hidden, batch, sequence):
    torch.manual_seed(1)
    model = BertClassifier(layers, hidden)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-5)
    ids = torch.randint(0, VOCABULARY, (batch, sequence))
    mask = torch.ones_like(ids)
    labels, teacher = torch.randint(0, 2, (batch,)), torch.rand(batch, 2)
    gradients = update = float("inf")
    for _ in range(STEPS):
        optimizer.zero_grad(set_to_none=True)
        start = time.perf_counter()
        loss(model(ids, mask), labels, teacher).backward()
        middle = time.perf_counter()
        optimizer.step()
        gradients = min(gradients, middle - start)
        update = min(update, time.perf_counter() - middle)
    print(
        f"layers {layers}, hidden {hidden}, batch {batch}, sequence {sequence}:"
        f" {1000 * gradients:.0f} + {1000 * update:.0f} ms a step"
    )


torch.set_num_threads(2)
print("torch", torch.__version__)
measure(6, 384, 16, 128)
measure(3, 384, 32, 32)
