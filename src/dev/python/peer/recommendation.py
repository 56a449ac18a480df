"""The program RecommendItems in PyTorch.

    python src/dev/python/peer/recommendation.py --table ml-100k.inter

Trains the same three models with the epochs, rates, batches and losses of that program. Prints HR@10 and NDCG@10 of
each user's last item among all items. Needs what `peer.py` needs.
"""

import argparse
from pathlib import Path

import numpy as np
import peer
import torch
from causal import train
from layers import Decoder

POSITIONS, BATCH, HEADS, RATE, BEST = 50, 16, 2, 3e-3, 10

parser = argparse.ArgumentParser()
parser.add_argument("--table", required=True, type=Path, help="user, item, rating, time, between tabs")
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--seed", type=int, default=0)
parser.add_argument("--bf16", action="store_true")
options = parser.parse_args()


def histories():
    """The items of each user in the order of their times, of one time in that of the table; numbered from 1."""
    rows = [line.split("\t") for line in options.table.read_text().splitlines() if line[0].isdigit()]
    names = {name: number for number, name in enumerate(sorted({row[1] for row in rows}), 1)}
    users = {}
    for row in sorted(rows, key=lambda row: float(row[3])):
        users.setdefault(row[0], []).append(names[row[1]])
    return list(users.values()), len(names)


def parts(items):
    """Of as many as are read, and each begins with the last of the part before."""
    return [items[i : i + POSITIONS + 1] for i in range(0, max(1, len(items) - 1), POSITIONS)]


@torch.no_grad()
def tell(what, model):
    hits, gains = 0, 0.0
    for items in users:
        scores = model(torch.tensor([items[-1 - POSITIONS : -1]]))[0, -1, 1:]
        place = int((scores > scores[items[-1] - 1]).sum())
        hits += place < BEST
        gains += 1 / np.log2(place + 2) if place < BEST else 0.0
    peer.tell(f"{what}, HR@10", "FRACTION", hits / len(users))
    peer.tell(f"{what}, NDCG@10", "FRACTION", gains / len(users))


class Items(Decoder):
    """A decoder that gives padding, item 0, no chance."""

    def forward(self, ids):
        return super().forward(ids).index_fill(-1, torch.tensor([0]), -1e4)


def trained(what, layers, width, epochs, dropout, teacher=None):
    peer.seed_all(options.seed)
    model = Items(items + 1, POSITIONS, layers, width, HEADS, dropout)
    train(model, learnt, epochs, RATE, BATCH, options.seed, options.bf16, teacher)
    tell(what, model)
    return model


torch.set_num_threads(options.threads)
users, items = histories()
learnt = [part for history in users for part in parts(history[:-2])]
teacher = trained("teacher", 2, 128, 20, 0.4)
trained("student", 1, 32, 30, 0.2, teacher)
trained("control", 1, 32, 30, 0.2)
