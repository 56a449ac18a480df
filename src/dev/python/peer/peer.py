"""What the programs of the comparison with PyTorch share: models, batches, losses, what they print.

Needs torch and transformers (written against 2.15 and 5.24), and onnx. The programs are run by `PeerBenchmark`;
each prints lines of JSON, {"what": ..., "unit": ..., "value": ...}.
"""

import json
import random
import resource

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import nn
from torch.nn import functional as F
from transformers import BertConfig, BertModel

PAD = 0
LAYERS, WIDTH = 6, 384  # of all-MiniLM-L6-v2
UNLABELLED = -100


def seed_all(seed):
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)


def tell(what, unit, value):
    print(json.dumps({"what": what, "unit": unit, "value": value}), flush=True)


def tell_memory(what):
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # in kB on Linux
    tell(what, "MEGABYTES", peak * 1024 / 1e6)


def bert(layers, width, dropout, heads=12, vocabulary=30522):
    config = BertConfig(
        vocab_size=vocabulary,
        hidden_size=width,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        intermediate_size=4 * width,
        hidden_dropout_prob=dropout,
        attention_probs_dropout_prob=dropout,
        max_position_embeddings=512,
        attn_implementation="sdpa",
    )
    return BertModel(config, add_pooling_layer=False)


def weights(path):
    """Those of a BERT that TorchScript exported: a Linear is found by the addition of its bias."""
    graph = onnx.load(path).graph
    constants = {tensor.name: tensor for tensor in graph.initializer}
    makers = {output: node for node in graph.node for output in node.output}
    found = {}
    for node in graph.node:
        if node.op_type != "Add":
            continue
        for bias, product in (node.input, reversed(list(node.input))):
            maker = makers.get(product)
            if bias in constants and bias.endswith(".bias") and maker is not None:
                if maker.op_type == "MatMul" and maker.input[1] in constants:
                    matrix = numpy_helper.to_array(constants[maker.input[1]])
                    found[bias[:-4] + "weight"] = torch.from_numpy(matrix.T.copy())
    for name, tensor in constants.items():
        if name.startswith(("embeddings.", "encoder.")) and tensor.data_type == 1:
            found[name] = torch.from_numpy(numpy_helper.to_array(tensor).copy())
    return found


def encoder(path, dropout):
    """The pretrained all-MiniLM-L6-v2 of a file."""
    model = bert(LAYERS, WIDTH, dropout)
    missing, unexpected = model.load_state_dict(weights(path), strict=False)
    missing = [name for name in missing if not name.endswith(("position_ids", "token_type_ids"))]
    assert not missing and not unexpected, (missing, unexpected)
    return model


class Classifier(nn.Module):
    """An encoder, the mean of its last hidden states, dropout and a linear head."""

    def __init__(self, encoder, labels, dropout):
        super().__init__()
        self.encoder, self.dropout = encoder, nn.Dropout(dropout)
        self.head = nn.Linear(encoder.config.hidden_size, labels)
        nn.init.normal_(self.head.weight, std=0.02)
        nn.init.zeros_(self.head.bias)

    def states(self, ids, mask):
        return self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state

    def forward(self, ids, mask):
        states = self.states(ids, mask)
        kept = mask.unsqueeze(-1).to(states.dtype)
        return self.head(self.dropout((states * kept).sum(1) / kept.sum(1)))


def layers_of(teacher, layers, dropout):
    """A new encoder with the embeddings and some of the layers of another."""
    config = teacher.config
    student = bert(
        len(layers), config.hidden_size, dropout, config.num_attention_heads, config.vocab_size
    )
    student.embeddings.load_state_dict(teacher.embeddings.state_dict())
    for i, layer in enumerate(layers):
        student.encoder.layer[i].load_state_dict(teacher.encoder.layer[layer].state_dict())
    return student


def adamw(model, learning_rate, decay=0.01):
    matrices = [p for p in model.parameters() if p.ndim >= 2]
    vectors = [p for p in model.parameters() if p.ndim < 2]
    groups = [
        {"params": matrices, "weight_decay": decay},
        {"params": vectors, "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=learning_rate, fused=True)


def warm_up_and_decay(optimizer, steps, warm_up=0.1):
    rising = max(1, int(steps * warm_up))

    def factor(step):
        if step < rising:
            return (step + 1) / rising
        return max(0.0, (steps - step) / max(1, steps - rising))

    return torch.optim.lr_scheduler.LambdaLR(optimizer, factor)


def hard_loss(logits, labels):
    known = max(1, int((labels != UNLABELLED).sum()))
    return F.cross_entropy(logits, labels, reduction="sum", ignore_index=UNLABELLED) / known


def soft_loss(logits, teacher, temperature):
    student = F.log_softmax(logits / temperature, -1)
    softened = F.softmax(teacher / temperature, -1)
    return F.kl_div(student, softened, reduction="batchmean") * temperature**2


def step(model, optimizer, batch, bf16, teacher=None, alpha=0.9, temperature=2.0):
    """Forward, backward, clipping and update."""
    ids, mask, labels = batch
    optimizer.zero_grad(set_to_none=True)
    with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
        logits = model(ids, mask)
    logits = logits.float()
    loss = hard_loss(logits, labels)
    if teacher is not None:
        loss = (1 - alpha) * loss + alpha * soft_loss(logits, teacher, temperature)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()


def padded(rows, filler):
    longest = max(map(len, rows))
    return torch.tensor([row + [filler] * (longest - len(row)) for row in rows])


class Texts:
    """Token ids and labels of some texts."""

    def __init__(self, ids, labels):
        self.ids, self.labels = ids, labels
        self.lengths = np.array([len(text) for text in ids])

    def training_batches(self, size, random_numbers):
        """Shuffled pools of 50 batches, each sorted by length and cut; the batches shuffled."""
        order = random_numbers.permutation(len(self.ids))
        batches = []
        for start in range(0, len(order), size * 50):
            pool = order[start : start + size * 50]
            pool = pool[np.argsort(self.lengths[pool], kind="stable")]
            batches += [pool[i : i + size] for i in range(0, len(pool), size)]
        return [batches[i] for i in random_numbers.permutation(len(batches))]

    def prediction_batches(self, size):
        order = np.argsort(-self.lengths, kind="stable")
        return [order[i : i + size] for i in range(0, len(order), size)]

    def tensors(self, rows):
        ids = torch.full((len(rows), int(self.lengths[rows].max())), PAD, dtype=torch.long)
        for i, row in enumerate(rows):
            ids[i, : len(self.ids[row])] = torch.tensor(self.ids[row])
        return ids, (ids != PAD).long(), torch.tensor(np.array([self.labels[row] for row in rows]))


@torch.no_grad()
def predict(model, texts, bf16, size=64):
    """The logits of each text, in their order."""
    model.eval()
    logits = [None] * len(texts.ids)
    for rows in texts.prediction_batches(size):
        ids, mask, _ = texts.tensors(rows)
        with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
            batch = model(ids, mask)
        for i, row in enumerate(rows):
            logits[row] = batch[i].float().clone()
    return torch.stack(logits)
