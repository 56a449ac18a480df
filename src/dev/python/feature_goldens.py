"""Writes the values and gradients of the losses on features that the tests compare with.

The formulas are written plainly, example by example and pair by pair, on the tokens alone, where the
library computes with whole batches and masks. Gradients are PyTorch's. What has "crossing" in its
name is of a decoder that attends to a source, which has positions and lengths of its own.

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
WIDER = {"layers": 4, "width": 6, "heads": 3}
ALIKE = {"layers": 4, "width": 4, "heads": 2}
LENGTHS = [4, 2, 3]
SOURCE_POSITIONS = 5
SOURCE_LENGTHS = [3, 5, 1]
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


def hidden_mse(s, t):
    difference = tokens(s) - tokens(t)
    return (difference**2).sum() / difference.numel()


def hidden_cosine(s, t):
    return (1 - F.cosine_similarity(tokens(s), tokens(t), dim=-1)).mean()


def pkd(s, t):
    s, t = F.normalize(first_tokens(s), dim=-1), F.normalize(first_tokens(t), dim=-1)
    return ((s - t) ** 2).sum(-1).mean()


def attention_parts(s, t):
    """For each example the scores of tokens alone, averaged over heads where these differ."""
    if s.shape[1] != t.shape[1]:
        s, t = s.mean(1, keepdim=True), t.mean(1, keepdim=True)
    return [(s[b, :, :n, :n], t[b, :, :n, :n]) for b, n in enumerate(LENGTHS)]


def mean_over_queries(parts, divergence):
    return sum(divergence(a, b) for a, b in parts) / sum(a[..., 0].numel() for a, _ in parts)


def attention_mse(s, t):
    parts = attention_parts(s, t)
    return sum(((a - b) ** 2).sum() for a, b in parts) / sum(a.numel() for a, _ in parts)


def attention_kl_of_scores(s, t):
    def divergence(a, b):
        return F.kl_div(a.log_softmax(-1), b.log_softmax(-1), log_target=True, reduction="sum")

    return mean_over_queries(attention_parts(s, t), divergence)


def attention_kl_of_probabilities(s, t):
    return mean_over_queries(
        attention_parts(s, t), lambda a, b: (b * (b.log() - a.log())).sum()
    )


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


def first_tokens(states):
    return states[:, 0]


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
    """The losses by the name of their case; s and t hold features, p what projects, if anything."""
    uniform = [(1, 2), (2, 4)]

    def mapped(loss, kind, pairs):
        return sum(loss(s[f"{kind}_{i}"], t[f"{kind}_{j}"]) for i, j in pairs)

    def projected(loss, pairs):
        return sum(
            loss(
                s[f"hidden_state_{i}"] @ p[f"{i}_{j}"] if p else s[f"hidden_state_{i}"],
                t[f"hidden_state_{j}"],
            )
            for i, j in pairs
        )

    last_of_student = {k: s[f"{k}_2"] for k in ("queries", "keys", "values")}
    last_of_teacher = {k: t[f"{k}_4"] for k in ("queries", "keys", "values")}
    relations = {
        "rkd_distance": rkd_distance,
        "rkd_angle": rkd_angle,
        "similarity": similarity,
        "cka": cka,
    }
    return {
        "hidden_mse": projected(hidden_mse, uniform),
        "hidden_cosine": projected(hidden_cosine, [(1, 3), (2, 4)]),
        "pkd": projected(pkd, [(1, 2)]),
        "embedding": projected(hidden_mse, [(0, 0)]),
        "attention_mse_scores": mapped(attention_mse, "attention_scores", uniform),
        "attention_mse_probabilities": mapped(attention_mse, "attention_probabilities", uniform),
        "attention_kl_scores": mapped(attention_kl_of_scores, "attention_scores", uniform),
        "attention_kl_probabilities": mapped(
            attention_kl_of_probabilities, "attention_probabilities", uniform
        ),
        "tiny_bert": projected(hidden_mse, [(0, 0)] + uniform)
        + mapped(attention_mse, "attention_scores", uniform),
        "mini_lm": minilm(last_of_student, last_of_teacher, 2),
    } | {
        f"{name}_{pooled.__name__}": loss(pooled(s["hidden_state_2"]), pooled(t["hidden_state_4"]))
        for name, loss in relations.items()
        for pooled in (means, first_tokens)
    }


def tensor(values):
    return {"dims": list(values.shape),
            "values": [float(f"%.{DIGITS}g" % x) for x in values.flatten().tolist()]}


def with_gradients(loss, leaves):
    gradients = torch.autograd.grad(loss, leaves.values(), allow_unused=True, retain_graph=True)
    return {
        "value": float(f"%.{DIGITS}g" % loss.item()),
        "gradients": {k: tensor(g) for k, g in zip(leaves, gradients) if g is not None},
    }


def crossing_features(sizes, generator):
    """Of the attention of a target's positions to those of a source."""
    made = {}
    for layer in range(1, sizes["layers"] + 1):
        def draw(*shape):
            return rounded(torch.randn(*shape, generator=generator, dtype=torch.float64))

        scores = draw(BATCH, sizes["heads"], POSITIONS, SOURCE_POSITIONS)
        made[f"attention_scores_{layer}"] = scores
        made[f"attention_probabilities_{layer}"] = rounded(scores.softmax(-1))
        made[f"queries_{layer}"] = draw(BATCH, POSITIONS, sizes["width"])
        for kind in ("keys", "values"):
            made[f"{kind}_{layer}"] = draw(BATCH, SOURCE_POSITIONS, sizes["width"])
    return made


def crossing_losses(s, t):
    def parts(kind):
        pairs = []
        for i, j in [(1, 2), (2, 4)]:
            a, b = s[f"{kind}_{i}"], t[f"{kind}_{j}"]
            if a.shape[1] != b.shape[1]:
                a, b = a.mean(1, keepdim=True), b.mean(1, keepdim=True)
            pairs.append([(a[e, :, :n, :m], b[e, :, :n, :m])
                          for e, (n, m) in enumerate(zip(LENGTHS, SOURCE_LENGTHS))])
        return pairs

    def squares(pairs):
        return sum(((a - b) ** 2).sum() for a, b in pairs) / sum(a.numel() for a, _ in pairs)

    def of_scores(a, b):
        return F.kl_div(a.log_softmax(-1), b.log_softmax(-1), log_target=True, reduction="sum")

    def of_probabilities(a, b):
        return (b * (b.log() - a.log())).sum()

    relations = 0.0
    for kind, lengths in (("queries", LENGTHS), ("keys", SOURCE_LENGTHS), ("values", SOURCE_LENGTHS)):
        for e, n in enumerate(lengths):
            for r in range(2):
                def relation(values):
                    size = values.shape[-1] // 2
                    x = values[e, :n, r * size : (r + 1) * size]
                    return (x @ x.T / math.sqrt(size)).log_softmax(-1)

                relations = relations + of_scores(
                    relation(s[f"{kind}_2"]), relation(t[f"{kind}_4"])) / (2 * n * BATCH)
    scores, probabilities = parts("attention_scores"), parts("attention_probabilities")
    return {
        "attention_mse_scores": sum(map(squares, scores)),
        "attention_mse_probabilities": sum(map(squares, probabilities)),
        "attention_kl_scores": sum(mean_over_queries(p, of_scores) for p in scores),
        "attention_kl_probabilities": sum(
            mean_over_queries(p, of_probabilities) for p in probabilities),
        "mini_lm": relations,
    }


def crossing(generator):
    def named(whose, features):
        return {f"{whose}_cross_attention_{k}": v for k, v in features.items()}

    student = crossing_features(STUDENT, generator)
    leaves = {k: v.requires_grad_() for k, v in named("student", student).items()}
    made = {
        "lengths": SOURCE_LENGTHS,
        "positions": SOURCE_POSITIONS,
        "tensors": {k: tensor(v.detach()) for k, v in leaves.items()},
        "teachers": {},
    }
    for name, sizes in (("wider", WIDER), ("alike", ALIKE)):
        teacher = crossing_features(sizes, generator)
        made["teachers"][name] = {
            "tensors": {k: tensor(v) for k, v in named("teacher", teacher).items()},
            "losses": {k: with_gradients(loss, leaves)
                       for k, loss in crossing_losses(student, teacher).items()},
        }
    return made


def main():
    generator = torch.Generator().manual_seed(20261124)
    student, wider = features(STUDENT, generator), features(WIDER, generator)
    projections = {
        f"{i}_{j}": rounded(torch.randn(4, 6, generator=generator, dtype=torch.float64))
        for i, j in [(0, 0), (1, 2), (1, 3), (2, 4)]
    }
    alike = features(ALIKE, generator)
    leaves = {f"student_{k}": v.requires_grad_() for k, v in student.items()}
    leaves |= {f"projection_term_{k}": v.requires_grad_() for k, v in projections.items()}
    golden = {
        "lengths": LENGTHS,
        "positions": POSITIONS,
        "tensors": {k: tensor(v.detach()) for k, v in leaves.items()},
        "teachers": {},
    }
    for name, teacher, project in (("wider", wider, projections), ("alike", alike, None)):
        golden["teachers"][name] = {
            "tensors": {f"teacher_{k}": tensor(v) for k, v in teacher.items()},
            "losses": {
                k: with_gradients(loss, leaves)
                for k, loss in losses(student, teacher, project).items()
            },
        }
    golden["crossing"] = crossing(generator)
    print(json.dumps(golden, separators=(",", ":")))


if __name__ == "__main__":
    main()
