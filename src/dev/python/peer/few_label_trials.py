"""What helps a teacher with few labels: trials on BANKING77 beside its imprinted head.

    python src/dev/python/peer/few_label_trials.py --model all-minilm-l6-v2.onnx \\
        --tokenizer all-minilm-l6-v2-tokenizer.json --labels 10 --seeds 0,1,2 \\
        --trials base,average,r-drop --output trials.csv

Fine-tunes all-MiniLM-L6-v2 with a head of cosines that starts as class means, once for each trial and
seed, and appends a line for each to the output: accuracy on 2,000 held-out training questions and on
the test questions, and the seconds of training. A trial is the base with one thing changed; `TRIALS`
lists them. A seed is also that of the draw of the labelled questions, except for 20 labels an intent,
where they are those of the main job. Needs onnx and tokenizers beside what `peer.py` needs.
"""

import argparse
import copy
import csv
import json
import time
from pathlib import Path

import numpy as np
import peer
import torch
from tokenizers import Tokenizer
from torch import nn
from torch.nn import functional as F

DATA = Path(__file__).parents[4] / "examples" / "data" / "banking77"
INTENTS = 77
HELD_OUT = 2000

BASE = {
    "epochs": 6,
    "rate": 2e-4,
    "scale": 16.0,
    "imprinted": True,  # whether the head is one of cosines that starts as class means
    "names": 0,  # how often the name of each intent is a further example
    "dropout": 0.1,
    "layer_decay": 1.0,  # rate of each layer, as a multiple of that of the layer above it
    "frozen_embeddings": False,
    "smoothing": 0.0,
    "r_drop": 0.0,
    "contrast": 0.0,  # weight of the supervised contrastive loss beside that of the labels
    "mixup": 0.0,  # alpha of the Beta distribution that mixes pooled vectors
    "self_training": False,  # whether it then teaches another, with all texts and soft targets
    "self_epochs": 1,
}
TRIALS = {
    "base": {},
    "names": {"names": 1},
    "linear": {"imprinted": False},
    "means": {"epochs": 0},
    "means-names": {"epochs": 0, "names": 1},
    "double-epochs": {"epochs": 12},
    "no-dropout": {"dropout": 0.0},
    "layer-decay-0.8": {"layer_decay": 0.8},
    "frozen-embeddings": {"frozen_embeddings": True},
    "smoothing-0.1": {"smoothing": 0.1},
    "scale-24": {"scale": 24.0},
    "r-drop-2": {"r_drop": 2.0},
    "contrast-0.2": {"contrast": 0.2},
    "mixup-0.4": {"mixup": 0.4},
    "self-soft": {"self_training": True},
    "names-self-soft": {"names": 1, "self_training": True},
}


def parse():
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", required=True)
    parser.add_argument("--tokenizer", required=True)
    parser.add_argument("--labels", type=int, default=20, help="of each intent")
    parser.add_argument("--seeds", default="0")
    parser.add_argument("--trials", default="base")
    parser.add_argument("--output", default="trials.csv")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--averages", action="store_true", help="score means of weights too")
    parser.add_argument("--test", action="store_true", help="score the test questions too")
    return parser.parse_args()


class Questions:
    """BANKING77: some labelled questions, held-out ones, all that are not held out, and the tests."""

    def __init__(self, tokenizer, labels, seed):
        self.names = json.loads((DATA / "categories.json").read_text(encoding="utf-8"))
        numbers = {name: i for i, name in enumerate(self.names)}
        train, test = self.read("train.csv", numbers), self.read("test.csv", numbers)
        listed = (DATA / "labelled_20_per_intent.txt").read_text().split()
        labelled = {int(row) for row in listed}
        rest = [row for row in range(len(train)) if row not in labelled]
        held_out = set(np.random.default_rng(7).permutation(rest)[:HELD_OUT].tolist())
        if labels != 20:
            labelled = self.draw(train, held_out, labels, seed)
        self.tokenizer = Tokenizer.from_file(tokenizer)
        self.tokenizer.no_padding()
        self.tokenizer.enable_truncation(64)
        names = [(name.replace("_", " "), i) for i, name in enumerate(self.names)]
        self.labelled = [train[row] for row in sorted(labelled)]
        self.held_out_rows, self.test_rows = [train[row] for row in sorted(held_out)], test
        self.few = self.texts(self.labelled)
        self.named = self.texts(names)
        self.held_out = self.texts(self.held_out_rows)
        self.every = self.texts(
            [
                (text, label if row in labelled else peer.UNLABELLED)
                for row, (text, label) in enumerate(train)
                if row not in held_out
            ]
        )
        self.test = self.texts(test)
        every_text = [ids for texts in self.all() for ids in texts.ids]
        self.pieces = sorted({peer.PAD}.union(*every_text))
        places = {piece: i for i, piece in enumerate(self.pieces)}
        for texts in self.all():
            texts.ids = [[places[i] for i in ids] for ids in texts.ids]

    def all(self):
        return self.few, self.named, self.held_out, self.every, self.test

    def few_and_names(self, times):
        """The labelled questions, and each name so many times."""
        return peer.Texts(
            self.few.ids + times * self.named.ids, self.few.labels + times * self.named.labels
        )

    def trimmed(self, encoder):
        """A copy with the embeddings of the word pieces that occur alone: others learn nothing."""
        encoder = copy.deepcopy(encoder)
        rows = encoder.embeddings.word_embeddings.weight[self.pieces].detach().clone()
        encoder.embeddings.word_embeddings = nn.Embedding.from_pretrained(rows, freeze=False)
        return encoder

    @staticmethod
    def read(name, numbers):
        with open(DATA / name, encoding="utf-8") as file:
            return [(row["text"], numbers[row["category"]]) for row in csv.DictReader(file)]

    @staticmethod
    def draw(train, held_out, labels, seed):
        counts, drawn = [0] * INTENTS, set()
        for row in np.random.default_rng(100 + seed).permutation(len(train)).tolist():
            label = train[row][1]
            if row not in held_out and counts[label] < labels:
                counts[label] += 1
                drawn.add(row)
        return drawn

    def texts(self, rows):
        encoded = self.tokenizer.encode_batch([text for text, _ in rows])
        return peer.Texts([text.ids for text in encoded], [label for _, label in rows])


class Model(nn.Module):
    """An encoder, the mean of its last hidden states, and a head of cosines or a linear one."""

    def __init__(self, encoder, imprinted, scale):
        super().__init__()
        self.encoder, self.imprinted, self.scale = encoder, imprinted, scale
        self.weight = nn.Parameter(torch.randn(INTENTS, peer.WIDTH) * 0.02)
        self.bias = None if imprinted else nn.Parameter(torch.zeros(INTENTS))

    def pooled(self, ids, mask):
        with torch.autocast("cpu", torch.bfloat16):
            states = self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        kept = mask.unsqueeze(-1).float()
        return (states.float() * kept).sum(1) / kept.sum(1)

    def head(self, vectors):
        if self.imprinted:
            return self.scale * F.normalize(vectors, dim=-1) @ F.normalize(self.weight, dim=-1).T
        return F.dropout(vectors, 0.1, self.training) @ self.weight.T + self.bias

    def forward(self, ids, mask):
        return self.head(self.pooled(ids, mask))

    @torch.no_grad()
    def imprint(self, texts):
        self.eval()
        sums = torch.zeros_like(self.weight)
        for rows in texts.prediction_batches(64):
            ids, mask, labels = texts.tensors(rows)
            sums.index_add_(0, labels, F.normalize(self.pooled(ids, mask), dim=-1))
        self.weight.copy_(F.normalize(sums, dim=-1))


def groups(model, settings):
    """Parameters by rate and decay: the head and the last layer at the full rate, the others less."""
    found = {}
    for name, parameter in model.named_parameters():
        depth = 0
        if name.startswith("encoder.encoder.layer."):
            depth = peer.LAYERS - 1 - int(name.split(".")[3])
        elif name.startswith("encoder.embeddings"):
            depth = peer.LAYERS
            if settings["frozen_embeddings"]:
                parameter.requires_grad_(False)
                continue
        found.setdefault((depth, parameter.ndim >= 2), []).append(parameter)
    return [
        {
            "params": parameters,
            "lr": settings["rate"] * settings["layer_decay"] ** depth,
            "weight_decay": 0.01 if matrix else 0.0,
        }
        for (depth, matrix), parameters in found.items()
    ]


class Average:
    """A mean of the weights after each step, beside the training, which it leaves alone."""

    def __init__(self, name, start=0.0, decay=1.0):
        self.name = name
        self.start = start  # the share of the steps that do not count
        self.decay = decay  # the most that is kept of the mean at a step
        self.count, self.mean = 0, None

    @staticmethod
    def several():
        return [
            Average("mean-of-last-half", start=0.5),
            Average("mean-of-last-quarter", start=0.75),
            Average("moving-0.9", decay=0.9),
            Average("moving-0.98", decay=0.98),
        ]

    @torch.no_grad()
    def after(self, done, model):
        if done < self.start:
            return
        parameters = [p for p in model.parameters() if p.requires_grad]
        if self.mean is None:
            self.mean = [p.clone() for p in parameters]
        kept = min(self.decay, self.count / (self.count + 1))
        self.count += 1
        for mean, parameter in zip(self.mean, parameters):
            mean.lerp_(parameter, 1 - kept)

    @torch.no_grad()
    def swap(self, model):
        """Exchanges the model's weights and the mean."""
        parameters = [p for p in model.parameters() if p.requires_grad]
        for i, parameter in enumerate(parameters):
            parameter.data, self.mean[i] = self.mean[i], parameter.data


def contrastive_loss(vectors, labels, temperature=0.07):
    """Khosla et al. 2020, arXiv:2004.11362, equation 2; a row without another of its label counts 0."""
    vectors = F.normalize(vectors, dim=-1)
    same = torch.eye(len(labels), dtype=torch.bool)
    logits = (vectors @ vectors.T / temperature).masked_fill(same, -1e9)
    positive = (labels[:, None] == labels[None]) & ~same
    log_shares = logits - torch.logsumexp(logits, 1, keepdim=True)
    return -((log_shares * positive).sum(1) / positive.sum(1).clamp(min=1)).mean()


def r_drop_loss(first, second):
    """Liang et al. 2021, arXiv:2106.14448, equation 2: half the sum of both divergences."""
    a, b = F.log_softmax(first, -1), F.log_softmax(second, -1)
    return 0.5 * ((a.exp() - b.exp()) * (a - b)).sum(-1).mean()


def loss_of(model, settings, ids, mask, labels, numbers):
    vectors = model.pooled(ids, mask)
    if settings["contrast"]:
        again = model.pooled(ids, mask)
        contrast = contrastive_loss(torch.cat([vectors, again]), torch.cat([labels, labels]))
        logits = model.head(vectors)
        return F.cross_entropy(logits, labels) + settings["contrast"] * contrast
    if settings["mixup"]:
        share = float(numbers.beta(settings["mixup"], settings["mixup"]))
        other = torch.from_numpy(numbers.permutation(len(labels)))
        logits = model.head(share * vectors + (1 - share) * vectors[other])
        return share * F.cross_entropy(logits, labels) + (1 - share) * F.cross_entropy(
            logits, labels[other]
        )
    logits = model.head(vectors)
    if settings["r_drop"]:
        again = model(ids, mask)
        both = F.cross_entropy(logits, labels) + F.cross_entropy(again, labels)
        return 0.5 * both + settings["r_drop"] * r_drop_loss(logits, again)
    return F.cross_entropy(logits, labels, label_smoothing=settings["smoothing"])


def train(model, texts, settings, epochs, batch_size, seed, loss, averages=()):
    numbers = np.random.default_rng(seed)
    optimizer = torch.optim.AdamW(groups(model, settings), fused=True)
    batches = [b for _ in range(epochs) for b in texts.training_batches(batch_size, numbers)]
    schedule = peer.warm_up_and_decay(optimizer, len(batches))
    trained = [p for p in model.parameters() if p.requires_grad]
    model.train()
    for step, rows in enumerate(batches):
        optimizer.zero_grad(set_to_none=True)
        loss(model, rows, numbers).backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        schedule.step()
        for average in averages:
            average.after((step + 1) / len(batches), model)


def fitted(pretrained, settings, questions, seed, batch_size, averages=()):
    peer.seed_all(seed)
    few = questions.few_and_names(settings["names"])
    model = Model(questions.trimmed(pretrained), settings["imprinted"], settings["scale"])
    for module in model.modules():
        if isinstance(module, nn.Dropout):
            module.p = settings["dropout"]

    def loss(model, rows, numbers):
        return loss_of(model, settings, *few.tensors(rows), numbers)

    if settings["imprinted"]:
        model.imprint(few)
    train(model, few, settings, settings["epochs"], batch_size, seed, loss, averages)
    return model


def taught_by_itself(pretrained, teacher, settings, questions, seed, batch_size):
    """A new model that learns from the first one's answers to all questions but the held-out ones."""
    every = questions.every
    targets = peer.predict(teacher, every, False).softmax(-1)

    def loss(model, rows, numbers):
        ids, mask, labels = every.tensors(rows)
        logits = model(ids, mask)
        soft = targets[torch.tensor(rows)]
        divergence = F.kl_div(F.log_softmax(logits, -1), soft, reduction="batchmean")
        return 0.9 * divergence + 0.1 * peer.hard_loss(logits, labels)

    peer.seed_all(seed)
    model = Model(questions.trimmed(pretrained), True, settings["scale"])
    model.imprint(questions.few_and_names(settings["names"]))
    train(model, every, settings, settings["self_epochs"], batch_size, seed, loss)
    return model


def accuracy(model, texts):
    predicted = peer.predict(model, texts, False).argmax(-1).numpy()
    return 100 * float((predicted == np.array(texts.labels)).mean())


def score(options, trial, seed, model, questions, seconds):
    held_out = accuracy(model, questions.held_out)
    test = accuracy(model, questions.test) if options.test else float("nan")
    with open(options.output, "a", encoding="utf-8") as file:
        file.write(f"{trial},{options.labels},{seed},{held_out:.2f},{test:.2f},{seconds:.0f}\n")


def main():
    options = parse()
    torch.set_num_threads(options.threads)
    pretrained = peer.encoder(options.model, 0.1)
    for seed in [int(seed) for seed in options.seeds.split(",")]:
        questions = Questions(options.tokenizer, options.labels, seed)
        teachers = {}
        for trial in options.trials.split(","):
            settings = {**BASE, **TRIALS[trial]}
            averages = Average.several() if options.averages else []
            start = time.process_time()
            if not settings["self_training"]:
                model = fitted(
                    pretrained, settings, questions, seed, options.batch_size, averages
                )
                if trial in ("base", "names"):
                    teachers[settings["names"]] = copy.deepcopy(model)
            else:
                named = settings["names"]
                if named not in teachers:
                    teachers[named] = fitted(
                        pretrained, {**BASE, "names": named}, questions, seed, options.batch_size
                    )
                model = taught_by_itself(
                    pretrained, teachers[named], settings, questions, seed, options.batch_size
                )
                averages = []
            seconds = time.process_time() - start
            score(options, trial, seed, model, questions, seconds)
            for average in averages:
                average.swap(model)
                score(options, f"{trial} {average.name}", seed, model, questions, seconds)
                average.swap(model)


if __name__ == "__main__":
    main()
