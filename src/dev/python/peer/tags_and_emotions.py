"""The programs TagWords and LabelEmotions in PyTorch.

    python src/dev/python/peer/tags_and_emotions.py --task tags --data examples/data/wnut17 \\
        --model all-minilm-l6-v2.onnx --tokenizer all-minilm-l6-v2-tokenizer.json
    python src/dev/python/peer/tags_and_emotions.py --task emotions --data goemotions --most 20000 \\
        --model all-minilm-l6-v2.onnx --tokenizer all-minilm-l6-v2-tokenizer.json

Fine-tunes all-MiniLM-L6-v2, distils two of its layers, and trains two layers of the encoder on the
labels alone: with the epochs, rates, batches and losses of those programs. Prints the strict F1 of
entities, or micro and macro F1 at a threshold of 0.3. Needs tokenizers beside what `peer.py` needs.
"""

import argparse
from pathlib import Path

import numpy as np
import peer
import torch
from tokenizers import Tokenizer
from torch import nn
from torch.nn import functional as F

THRESHOLD = 0.3
ALPHA, TEMPERATURE = 0.9, 2.0

parser = argparse.ArgumentParser()
parser.add_argument("--task", required=True, choices=["tags", "emotions"])
parser.add_argument("--data", required=True, type=Path)
parser.add_argument("--model", required=True)
parser.add_argument("--tokenizer", required=True)
parser.add_argument("--most", type=int, default=0, help="how many comments are learnt from, 0 for all")
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--seed", type=int, default=0)
parser.add_argument("--bf16", action="store_true")
parser.add_argument("--batch-size", type=int, default=32)
parser.add_argument("--dropout", type=float, default=0.1)
options = parser.parse_args()


class Tagger(peer.Classifier):
    """The same over each token in place of their mean."""

    def forward(self, ids, mask):
        return self.head(self.dropout(self.states(ids, mask)))


class Tags:
    """A tag for the first word piece of each word: the strict F1 of entities."""

    teacher_epochs, epochs = 8, 12
    teacher_rate, rate = 1e-4, 4e-4
    model = Tagger

    def __init__(self):
        train, test = self.posts("wnut17train.conll"), self.posts("emerging.test.annotated")
        self.tags = sorted({tag for _, tags in train + test for tag in tags})
        self.labels = len(self.tags)
        self.expected = [tags for _, tags in test]
        self.train, self.test = self.texts(train), self.texts(test)

    @staticmethod
    def posts(name):
        posts, words, tags = [], [], []
        for line in (options.data / name).read_text(encoding="utf-8").splitlines() + [""]:
            if line.strip():
                word, tag = line.strip().split("\t")[:2]
                words.append(word)
                tags.append(tag)
            elif words:
                posts.append((words, tags))
                words, tags = [], []
        return posts

    def texts(self, posts):
        ids, labels = [], []
        for (_, tags), text in zip(posts, TOKENIZER.encode_batch([w for w, _ in posts], is_pretokenized=True)):
            before, of_pieces = None, []
            for word in text.word_ids:
                first = word is not None and word != before
                of_pieces.append(self.tags.index(tags[word]) if first else peer.UNLABELLED)
                before = word
            ids.append(text.ids)
            labels.append(of_pieces)
        return TaggedTexts(ids, labels)

    @staticmethod
    def rows(logits, labels):
        scored = labels != peer.UNLABELLED
        return logits[scored], labels[scored]

    def hard_loss(self, logits, labels):
        return F.cross_entropy(*self.rows(logits, labels))

    def soft_loss(self, logits, teacher, labels):
        student, _ = self.rows(logits, labels)
        taught, _ = self.rows(teacher, labels)
        return peer.soft_loss(student, taught, TEMPERATURE)

    @staticmethod
    def entities(tags):
        found, start, of = set(), None, None
        for i, tag in enumerate(tags + ["O"]):
            part, _, kind = tag.partition("-")
            if of is not None and (part != "I" or kind != of):
                found.add((start, i, of))
                of = None
            if part in "BI" and of is None:
                start, of = i, kind
        return found

    def tell(self, what, logits):
        right = predicted = expected = 0
        for tags, of_text, labels in zip(self.expected, logits, self.test.labels):
            rows = of_text[: len(labels)][torch.tensor(labels) != peer.UNLABELLED]
            mine, theirs = self.entities([self.tags[i] for i in rows.argmax(-1)]), self.entities(tags)
            right, predicted, expected = right + len(mine & theirs), predicted + len(mine), expected + len(theirs)
        peer.tell(what + ", entity F1", "PERCENT", 200 * right / max(1, predicted + expected))


class TaggedTexts(peer.Texts):
    def tensors(self, rows):
        ids, mask, _ = peer.Texts(self.ids, np.zeros(len(self.ids))).tensors(rows)
        labels = torch.full(ids.shape, peer.UNLABELLED)
        for i, row in enumerate(rows):
            labels[i, : len(self.labels[row])] = torch.tensor(self.labels[row])
        return ids, mask, labels


class Emotions:
    """Several labels of a text: micro and macro F1."""

    teacher_epochs, epochs = 3, 4
    teacher_rate, rate = 1e-4, 2e-4
    model = peer.Classifier

    def __init__(self):
        self.labels = len((options.data / "labels.txt").read_text(encoding="utf-8").split())
        self.train = self.texts("train.tsv", options.most)
        self.test = self.texts("test.tsv", 0)

    def texts(self, name, most):
        lines = (options.data / name).read_text(encoding="utf-8").split("\n")
        rows = [line.split("\t") for line in lines if line]
        rows = rows[:most] if most else rows
        labels = np.zeros((len(rows), self.labels), np.float32)
        for i, row in enumerate(rows):
            labels[i, [int(label) for label in row[1].split(",")]] = 1
        return peer.Texts([text.ids for text in TOKENIZER.encode_batch([r[0] for r in rows])], list(labels))

    def hard_loss(self, logits, labels):
        return F.binary_cross_entropy_with_logits(logits, labels)

    def soft_loss(self, logits, teacher, labels):
        soft = F.binary_cross_entropy_with_logits(logits / TEMPERATURE, torch.sigmoid(teacher / TEMPERATURE))
        return soft * TEMPERATURE**2

    def tell(self, what, logits):
        predicted = (torch.sigmoid(torch.stack(logits)) >= THRESHOLD).numpy()
        expected = np.stack(self.test.labels) > 0
        right = (predicted & expected).sum(0)
        all_of_both = predicted.sum(0) + expected.sum(0)
        peer.tell(what + ", micro F1", "PERCENT", 200 * right.sum() / all_of_both.sum())
        peer.tell(what + ", macro F1", "PERCENT", float(np.mean(200 * right / np.maximum(1, all_of_both))))


def train(task, model, epochs, learning_rate, soft_targets=None):
    random_numbers = np.random.default_rng(options.seed)
    optimizer = peer.adamw(model, learning_rate)
    batches = [
        rows
        for _ in range(epochs)
        for rows in task.train.training_batches(options.batch_size, random_numbers)
    ]
    schedule = peer.warm_up_and_decay(optimizer, len(batches))
    model.train()
    for rows in batches:
        ids, mask, labels = task.train.tensors(rows)
        optimizer.zero_grad(set_to_none=True)
        with torch.autocast("cpu", torch.bfloat16, enabled=options.bf16):
            logits = model(ids, mask)
        logits = logits.float()
        loss = task.hard_loss(logits, labels)
        if soft_targets is not None:
            teacher = nn.utils.rnn.pad_sequence([soft_targets[row] for row in rows], batch_first=True)
            teacher = teacher[:, : logits.shape[1]] if logits.ndim == 3 else teacher
            loss = (1 - ALPHA) * loss + ALPHA * task.soft_loss(logits, teacher, labels)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()


@torch.no_grad()
def predict(model, texts, size=64):
    """The logits of each text, without padding, in their order."""
    model.eval()
    logits = [None] * len(texts.ids)
    for rows in texts.prediction_batches(size):
        ids, mask, _ = texts.tensors(rows)
        with torch.autocast("cpu", torch.bfloat16, enabled=options.bf16):
            batch = model(ids, mask).float()
        for i, row in enumerate(rows):
            logits[row] = (batch[i, : texts.lengths[row]] if batch.ndim == 3 else batch[i]).clone()
    return logits


def new(task, encoder):
    peer.seed_all(options.seed)
    return task.model(encoder, task.labels, options.dropout)


TOKENIZER = Tokenizer.from_file(options.tokenizer)
TOKENIZER.no_padding()
if options.task == "tags":
    TOKENIZER.no_truncation()
else:
    TOKENIZER.enable_truncation(64)
torch.set_num_threads(options.threads)
task = Tags() if options.task == "tags" else Emotions()
ends = [0, peer.LAYERS - 1]
teacher = new(task, peer.encoder(options.model, options.dropout))
train(task, teacher, task.teacher_epochs, task.teacher_rate)
task.tell("teacher", predict(teacher, task.test))
student = new(task, peer.layers_of(teacher.encoder, ends, options.dropout))
student.head.load_state_dict(teacher.head.state_dict())
train(task, student, task.epochs, task.rate, predict(teacher, task.train))
task.tell("student", predict(student, task.test))
control = new(task, peer.layers_of(peer.encoder(options.model, options.dropout), ends, options.dropout))
train(task, control, task.epochs, task.rate)
task.tell("control", predict(control, task.test))
