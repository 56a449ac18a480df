"""The README's main job in PyTorch: BANKING77 with 20 labels an intent.

    python src/dev/python/peer/few_labels.py --model all-minilm-l6-v2.onnx \\
        --tokenizer all-minilm-l6-v2-tokenizer.json

Fine-tunes all-MiniLM-L6-v2 on the labelled questions, lets it predict all questions, distils two of
its layers on them, and trains the same student on labels alone, each scored on the test questions.
Needs onnx and tokenizers beside what `peer.py` needs. The time is that of all this, from reading the
files on, without loading libraries.
"""

import argparse
import csv
import json
import time
from pathlib import Path

import numpy as np
import peer
import torch
from tokenizers import Tokenizer

DATA = Path(__file__).parents[4] / "examples" / "data" / "banking77"

parser = argparse.ArgumentParser()
parser.add_argument("--model", required=True)
parser.add_argument("--tokenizer", required=True)
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--seed", type=int, default=0)
parser.add_argument("--bf16", action="store_true")
parser.add_argument("--teacher-epochs", type=int, default=6)
parser.add_argument("--epochs", type=int, default=3)
parser.add_argument("--control-epochs", type=int, default=8)
parser.add_argument("--batch-size", type=int, default=32)
parser.add_argument("--dropout", type=float, default=0.1)
options = parser.parse_args()


def questions(name, categories):
    with open(DATA / name, encoding="utf-8") as file:
        return [(row["text"], categories[row["category"]]) for row in csv.DictReader(file)]


def read():
    """The labelled questions, all training questions, and the test questions."""
    names = json.loads((DATA / "categories.json").read_text(encoding="utf-8"))
    categories = {name: i for i, name in enumerate(names)}
    tokenizer = Tokenizer.from_file(options.tokenizer)
    tokenizer.no_padding()
    tokenizer.enable_truncation(64)
    train = questions("train.csv", categories)
    labelled = {int(row) for row in (DATA / "labelled_20_per_intent.txt").read_text().split()}

    def texts(rows):
        encoded = tokenizer.encode_batch([text for text, _ in rows])
        return peer.Texts([text.ids for text in encoded], [label for _, label in rows])

    every = [
        (text, label if i in labelled else peer.UNLABELLED)
        for i, (text, label) in enumerate(train)
    ]
    few = [row for row in every if row[1] != peer.UNLABELLED]
    return texts(few), texts(every), texts(questions("test.csv", categories))


def train(model, texts, epochs, learning_rate, soft_targets=None):
    random_numbers = np.random.default_rng(options.seed)
    optimizer = peer.adamw(model, learning_rate)
    batches = [
        rows
        for _ in range(epochs)
        for rows in texts.training_batches(options.batch_size, random_numbers)
    ]
    schedule = peer.warm_up_and_decay(optimizer, len(batches))
    model.train()
    for rows in batches:
        teacher = None if soft_targets is None else soft_targets[torch.tensor(rows)]
        peer.step(model, optimizer, texts.tensors(rows), options.bf16, teacher)
        schedule.step()


def tell_accuracy(what, model, texts):
    predicted = peer.predict(model, texts, options.bf16).argmax(-1).numpy()
    peer.tell(what, "PERCENT", 100 * float((predicted == np.array(texts.labels)).mean()))


def classifier(of):
    peer.seed_all(options.seed)
    return peer.Classifier(of, 77, options.dropout)


torch.set_num_threads(options.threads)
start = time.time()
few, every, test = read()
teacher = classifier(peer.encoder(options.model, options.dropout))
train(teacher, few, options.teacher_epochs, 2e-4)
tell_accuracy("main job, teacher", teacher, test)
soft_targets = peer.predict(teacher, every, options.bf16)
student = classifier(peer.layers_of(teacher.encoder, [0, peer.LAYERS - 1], options.dropout))
train(student, every, options.epochs, 4e-4, soft_targets)
tell_accuracy("main job, student", student, test)
whole = peer.encoder(options.model, options.dropout)
control = classifier(peer.layers_of(whole, [0, peer.LAYERS - 1], options.dropout))
train(control, few, options.control_epochs, 4e-4)
tell_accuracy("main job, control", control, test)
peer.tell("main job", "SECONDS", time.time() - start)
peer.tell_memory("main job, memory")
