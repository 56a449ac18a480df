"""Writes the values and gradients of the losses on features that the tests compare with.

The formulas are written plainly, example by example and pair by pair, on the tokens alone, where the
library computes with whole batches and masks. Gradients are PyTorch's.

    python -m pip install torch==2.15.0
    python src/dev/python/feature_goldens.py \
        > tribuo-distill/src/test/resources/org/tribuo/distill/loss/feature-goldens.json

The committed file was made with PyTorch 2.15.0 on a CPU.
"""

import json
import math

import torch
import torch.nn.functional as F

BATCH, POSITIONS = 3, 4
STUDENT = {"layers": 2, "width": 4, "heads": 2}
TEACHER = {"layers": 4, "width": 6, "heads": 3}
LENGTHS = [4, 2, 3]
DIGITS = 12


def rounded(tensor):
    """The tensor as it is written, so that goldens belong to what the file says."""
    return torch.tensor([float(f"%.{DIGITS}g" % x) for x in tensor.flatten().tolist()],
                        dtype=torch.float64).reshape(tensor.shape)


def features(sizes, generator):
    made = {}
    for layer in range(sizes["layers"] + 1):
        def draw(*shape):
            return rounded(torch.randn(*shape, generator=generator, dtype=torch.float64))

        made[f"hidden_state_{layer}"] = draw(BATCH, POSITIONS, sizes["width"])
        if layer == 0:
            continue
        scores = draw(BATCH, sizes["heads"], POSITIONS, POSITIONS)
        made[f"attention_scores_{layer}"] = scores
        made[f"attention_probabilities_{layer}"] = rounded(scores.softmax(-1))
        for kind in ("queries", "keys", "values"):
            made[f"{kind}_{layer}"] = draw(BATCH, POSITIONS, sizes["width"])
    return made


def tokens(values):
    """The rows of [batch, positions, ...] that are tokens."""
    return torch.cat([values[b, : LENGTHS[b]] for b in range(BATCH)])


def hidden_mse(s, t, w):
    difference = tokens(s @ w) - tokens(t)
    return (difference**2).sum() / difference.numel()


def hidden_cosine(s, t, w):
    return (1 - F.cosine_similarity(tokens(s @ w), tokens(t), dim=-1)).mean()


def pkd(s, t, w):
    s, t = F.normalize((s @ w)[:, 0], dim=-1), F.normalize(t[:, 0], dim=-1)
    return ((s - t) ** 2).sum(-1).mean()


def attention_parts(s, t):
    """For each example the scores of tokens alone, averaged over heads."""
    s, t = s.mean(1), t.mean(1)
    return [(s[b, :n, :n], t[b, :n, :n]) for b, n in enumerate(LENGTHS)]


def attention_mse(s, t):
    parts = attention_parts(s, t)
    return sum(((a - b) ** 2).sum() for a, b in parts) / sum(a.numel() for a, _ in parts)


def attention_kl_of_scores(s, t):
    parts = attention_parts(s, t)
    total = sum(
        F.kl_div(a.log_softmax(-1), b.log_softmax(-1), log_target=True, reduction="sum")
        for a, b in parts
    )
    return total / sum(LENGTHS)


def attention_kl_of_probabilities(s, t):
    return sum((b * (b.log() - a.log())).sum() for a, b in attention_parts(s, t)) / sum(LENGTHS)


def minilm(s, t, relation_heads):
    total = 0.0
    for kind in ("queries", "keys", "values"):
        for b, n in enumerate(LENGTHS):
            for r in range(relation_heads):
                def relation(values):
                    size = values.shape[-1] // relation_heads
                    x = values[b, :n, r * size : (r + 1) * size]
                    return (x @ x.T / math.sqrt(size)).log_softmax(-1)

                divergence = F.kl_div(
                    relation(s[kind]), relation(t[kind]), log_target=True, reduction="sum"
                )
                total = total + divergence / (relation_heads * n * BATCH)
    return total


def means(states):
    return torch.stack([states[b, :n].mean(0) for b, n in enumerate(LENGTHS)])


def rkd_distance(s, t):
    def distances(x):
        d = torch.stack(
            [
                torch.stack([(x[i] - x[j]).norm() if i != j else x.new_zeros(())
                             for j in range(BATCH)])
                for i in range(BATCH)
            ]
        )
        return d / d[d > 0].mean()

    return F.smooth_l1_loss(distances(s), distances(t))


def rkd_angle(s, t):
    def angles(x):
        rows = []
        for i in range(BATCH):
            for j in range(BATCH):
                for k in range(BATCH):
                    if i in (j, k):
                        rows.append(x.new_zeros(()))
                    else:
                        rows.append(F.cosine_similarity(x[j] - x[i], x[k] - x[i], dim=0, eps=0))
        return torch.stack(rows)

    return F.smooth_l1_loss(angles(s), angles(t))


def similarity(s, t):
    return ((F.normalize(s @ s.T, dim=1) - F.normalize(t @ t.T, dim=1)) ** 2).sum() / BATCH**2


def cka(s, t):
    s, t = s - s.mean(0), t - t.mean(0)
    return 1 - (t.T @ s).norm() ** 2 / ((s.T @ s).norm() * (t.T @ t).norm())


def losses(s, t, p):
    """The losses by the name of their case; s and t hold features, p matrices that project."""
    uniform = [(1, 2), (2, 4)]

    def mapped(loss, kind, pairs, projected=False):
        return sum(
            loss(s[f"{kind}_{i}"], t[f"{kind}_{j}"], *([p[f"{i}_{j}"]] if projected else []))
            for i, j in pairs
        )

    last_of_student = {k: s[f"{k}_2"] for k in ("queries", "keys", "values")}
    last_of_teacher = {k: t[f"{k}_4"] for k in ("queries", "keys", "values")}
    pooled = means(s["hidden_state_2"]), means(t["hidden_state_4"])
    return {
        "hidden_mse": mapped(hidden_mse, "hidden_state", uniform, True),
        "hidden_cosine": mapped(hidden_cosine, "hidden_state", [(1, 3), (2, 4)], True),
        "pkd": mapped(pkd, "hidden_state", [(1, 2)], True),
        "embedding": mapped(hidden_mse, "hidden_state", [(0, 0)], True),
        "attention_mse_scores": mapped(attention_mse, "attention_scores", uniform),
        "attention_mse_probabilities": mapped(attention_mse, "attention_probabilities", uniform),
        "attention_kl_scores": mapped(attention_kl_of_scores, "attention_scores", uniform),
        "attention_kl_probabilities": mapped(
            attention_kl_of_probabilities, "attention_probabilities", uniform
        ),
        "tiny_bert": mapped(hidden_mse, "hidden_state", [(0, 0)] + uniform, True)
        + mapped(attention_mse, "attention_scores", uniform),
        "mini_lm": minilm(last_of_student, last_of_teacher, 2),
        "rkd_distance": rkd_distance(*pooled),
        "rkd_angle": rkd_angle(*pooled),
        "similarity": similarity(*pooled),
        "cka": cka(*pooled),
    }


def tensor(values):
    return {"dims": list(values.shape),
            "values": [float(f"%.{DIGITS}g" % x) for x in values.flatten().tolist()]}


def main():
    generator = torch.Generator().manual_seed(20261124)
    student, teacher = features(STUDENT, generator), features(TEACHER, generator)
    projections = {
        f"{i}_{j}": rounded(torch.randn(4, 6, generator=generator, dtype=torch.float64))
        for i, j in [(0, 0), (1, 2), (1, 3), (2, 4)]
    }
    leaves = {f"student_{k}": v.requires_grad_() for k, v in student.items()}
    leaves |= {f"projection_term_{k}": v.requires_grad_() for k, v in projections.items()}
    golden = {"lengths": LENGTHS, "positions": POSITIONS, "tensors": {}, "losses": {}}
    for name, values in (leaves | {f"teacher_{k}": v for k, v in teacher.items()}).items():
        golden["tensors"][name] = tensor(values.detach())
    for name, loss in losses(student, teacher, projections).items():
        gradients = torch.autograd.grad(loss, leaves.values(), allow_unused=True, retain_graph=True)
        golden["losses"][name] = {
            "value": float(f"%.{DIGITS}g" % loss.item()),
            "gradients": {k: tensor(g) for k, g in zip(leaves, gradients) if g is not None},
        }
    print(json.dumps(golden, separators=(",", ":")))


if __name__ == "__main__":
    main()
