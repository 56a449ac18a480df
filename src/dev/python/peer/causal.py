"""What the peers of causal models share: training on sequences, each step of which predicts the next."""

import math

import numpy as np
import peer
import torch
from torch.nn import functional as F


def read_and_known(sequences):
    """The ids that are read, and that which follows each."""
    return peer.padded([s[:-1] for s in sequences], 0), peer.padded([s[1:] for s in sequences], peer.UNLABELLED)


def train(model, sequences, epochs, rate, batch, seed, bf16, teacher=None, alpha=0.7):
    """The cross-entropy of each step, and the divergence from the teacher's probabilities of all classes."""
    numbers = np.random.default_rng(seed)
    texts = peer.Texts(sequences, None)
    optimizer = peer.adamw(model, rate)
    schedule = peer.warm_up_and_decay(optimizer, epochs * math.ceil(len(sequences) / batch))
    for _ in range(epochs):
        for rows in texts.training_batches(batch, numbers):
            model.train()
            ids, known = read_and_known([sequences[row] for row in rows])
            optimizer.zero_grad(set_to_none=True)
            with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
                logits = model(ids)
                if teacher is not None:
                    with torch.no_grad():
                        soft = teacher(ids).float()[known >= 0]
            logits = logits.float()[known >= 0]
            loss = F.cross_entropy(logits, known[known >= 0])
            if teacher is not None:
                loss = (1 - alpha) * loss + alpha * peer.soft_loss(logits, soft, 1.0)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
    model.eval()
    return model
