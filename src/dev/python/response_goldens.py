"""Writes the values and gradients of the response losses that the tests compare with.

Each loss is written here a second time, with PyTorch's own functions where it has them and on the
rows that count alone: they are selected before the loss is computed, where the library masks them
after. Gradients are PyTorch's.

    python -m pip install torch==2.15.0
    python src/dev/python/response_goldens.py \
        > tribuo-distill/src/test/resources/org/tribuo/distill/loss/response-goldens.properties

The committed file was made with PyTorch 2.15.0 on a CPU.
"""

from dataclasses import dataclass, fields, replace

import torch
import torch.nn.functional as F

T = 2.5
CLASSES = 4
TEACHERS = 3
IGNORED = -100
CLASS_WEIGHTS = torch.tensor([1.0, 0.5, 2.0, 0.25], dtype=torch.float64)


def softened(rows):
    return F.log_softmax(rows.teacher / T, -1), F.log_softmax(rows.student / T, -1)


def batch_kl(log_q, log_p):
    """KL(p||q), the mean over rows."""
    return F.kl_div(log_q, log_p, reduction="batchmean", log_target=True)


def kl(rows):
    log_p, log_q = softened(rows)
    return T * T * batch_kl(log_q, log_p)


def reverse_kl(rows):
    log_p, log_q = softened(rows)
    return T * T * batch_kl(log_p, log_q)


def jensen_shannon(beta):
    def loss(rows):
        log_p, log_q = softened(rows)
        log_m = (beta * log_p.exp() + (1 - beta) * log_q.exp()).log()
        return T * T * ((1 - beta) * batch_kl(log_m, log_p) + beta * batch_kl(log_m, log_q))

    return loss


def soft_cross_entropy(scale):
    return lambda rows: scale * F.cross_entropy(
        rows.student / T, F.softmax(rows.teacher / T, -1)
    )


def mse_sum(rows):
    return F.mse_loss(rows.student, rows.teacher, reduction="sum") / len(rows.student)


def mse_sum_softened(rows):
    return mse_sum(rows.with_logits(rows.student / T, rows.teacher / T))


def mse_mean_softened(rows):
    return F.mse_loss(rows.student / T, rows.teacher / T)


def softened_binary_cross_entropy(rows, targets):
    return T * T * F.binary_cross_entropy_with_logits(rows.student / T, targets)


def binary_soft_targets(rows):
    return softened_binary_cross_entropy(rows, torch.sigmoid(rows.teacher / T))


def regression_soft_targets(rows):
    return F.mse_loss(rows.student, rows.teacher)


def cosine(rows):
    return (1 - F.cosine_similarity(rows.student, rows.teacher)).mean()


def dkd(alpha, beta, teachers_class=False):
    def loss(rows):
        rows = rows.with_teachers_class() if teachers_class else rows.where_labelled()
        p, q = F.softmax(rows.teacher / T, -1), F.softmax(rows.student / T, -1)
        target = F.one_hot(rows.labels, CLASSES).bool()

        def two(x):
            return torch.stack([x[target], x[~target].view(len(x), -1).sum(-1)], -1)

        def others(x):
            x = x[~target].view(len(x), -1)
            return x / x.sum(-1, keepdim=True)

        parts = [batch_kl(f(q).log(), f(p).log()) for f in (two, others)]
        return T * T * (alpha * parts[0] + beta * parts[1])

    return loss


def dist(beta, gamma):
    def correlation(a, b):
        """Of each row of a with the same row of b."""
        pairs = zip(a, b)
        return torch.stack([torch.corrcoef(torch.stack(pair))[0, 1] for pair in pairs]).mean()

    def loss(rows):
        p, q = F.softmax(rows.teacher / T, -1), F.softmax(rows.student / T, -1)
        inter, intra = 1 - correlation(p, q), 1 - correlation(p.T, q.T)
        return T * T * (beta * inter + gamma * intra)

    return loss


def standardized_kl(rows):
    def standardized(x):
        return (x - x.mean(-1, keepdim=True)) / (1e-7 + x.std(-1, keepdim=True))

    return kl(rows.with_logits(standardized(rows.student), standardized(rows.teacher)))


def sparse_kl(rows):
    largest = rows.teacher.topk(2)
    log_p = F.log_softmax(largest.values / T, -1)
    log_q = F.log_softmax(rows.student / T, -1).gather(-1, largest.indices)
    return T * T * batch_kl(log_q, log_p)


def weighted(*parts):
    return lambda rows: sum(weight * loss(rows) for weight, loss in parts)


def mean_of_probabilities(rows):
    log_q = F.log_softmax(rows.student / T, -1)
    return T * T * batch_kl(log_q, rows.mean_of_teachers(F.softmax(rows.teachers / T, -1)).log())


def mean_of_label_probabilities(rows):
    targets = rows.mean_of_teachers(torch.sigmoid(rows.teachers / T))
    return softened_binary_cross_entropy(rows, targets)


def mean_of_logits(rows):
    return kl(rows.with_logits(rows.student, rows.mean_of_teachers(rows.teachers)))


def cross_entropy(smoothing=0.0, weight=None):
    def loss(rows):
        rows = rows.where_labelled()
        return F.cross_entropy(
            rows.student, rows.labels, weight, label_smoothing=smoothing, reduction="none"
        ).mean()

    return loss


def binary_cross_entropy(rows):
    rows = rows.where_labelled()
    return F.binary_cross_entropy_with_logits(rows.student, rows.vectors)


def squared_error(rows):
    rows = rows.where_labelled()
    return F.mse_loss(rows.student, rows.vectors)


@dataclass
class Rows:
    """The rows that count: [rows, classes], [rows, teachers] and [rows]."""

    student: torch.Tensor
    teacher: torch.Tensor
    teachers: torch.Tensor  # [rows, teachers, classes]
    weights: torch.Tensor  # of the teachers
    labels: torch.Tensor
    vectors: torch.Tensor
    labelled: torch.Tensor

    def where(self, kept):
        return Rows(*(getattr(self, field.name)[kept] for field in fields(self)))

    def where_labelled(self):
        return self.where(self.labelled)

    def with_teachers_class(self):
        """The same rows, with the teacher's likeliest class for those without a label."""
        likeliest = self.teacher.argmax(-1)
        return replace(self, labels=torch.where(self.labelled, self.labels, likeliest))

    def with_logits(self, student, teacher):
        return replace(self, student=student, teacher=teacher)

    def mean_of_teachers(self, values):
        return (self.weights.unsqueeze(-1) * values).sum(1)


class Batch:
    """Tensors as the library is fed them, all made from one seed."""

    def __init__(self, *leading):
        random = torch.Generator().manual_seed(20261124 + len(leading))

        def normal():
            values = torch.randn(*leading, CLASSES, generator=random, dtype=torch.float64)
            return (2 * values).round(decimals=3)

        self.student, self.teacher = normal().requires_grad_(), normal()
        self.labels = torch.randint(0, CLASSES, leading, generator=random)
        self.vectors = normal().sigmoid().round(decimals=3)
        self.marks = torch.ones(leading, dtype=torch.int64)
        if len(leading) == 2:
            self.marks[0, -1] = self.marks[1, -2:] = 0
            self.labels[0, 1] = self.labels[1, 3] = IGNORED
        self.labelled = torch.ones(leading, dtype=torch.int64)
        self.labelled.view(-1)[2] = 0
        self.teachers = torch.stack([normal() for _ in range(TEACHERS)], -2)
        cuts = torch.rand(*leading, TEACHERS - 1, generator=random, dtype=torch.float64)
        cuts = cuts.sort().values.round(decimals=3)
        cuts[0, ..., 0] = 0  # leaves out the first teacher
        self.weights = F.pad(cuts, (0, 1), value=1).diff(prepend=torch.zeros(*leading, 1))

    def tensors(self):
        largest = self.teacher.topk(2)
        return {
            "logits": self.student,
            "teacher_logits": self.teacher,
            "labels": self.labels,
            "label_vectors": self.vectors,
            "attention_mask": self.marks,
            "labelled": self.labelled,
            "largest": largest.values,
            "largest_indices": largest.indices,
            "teacher_weights": self.weights,
        } | {
            f"teacher_logits_{k + 1}": self.teachers[..., k, :] for k in range(TEACHERS)
        }


def examples(batch):
    return Rows(
        batch.student,
        batch.teacher,
        batch.teachers,
        batch.weights,
        batch.labels,
        batch.vectors,
        batch.labelled.bool(),
    )


def tokens(shift, by_labels, vectors=False):
    def rows(batch):
        end = batch.student.shape[1] - shift
        labels = batch.labels[:, shift:]
        marks = batch.marks.bool()
        return Rows(
            batch.student[:, :end],
            batch.teacher[:, :end],
            batch.teachers[:, :end],
            batch.weights[:, :end],
            labels,
            batch.vectors[:, shift:],
            batch.labelled.bool() if vectors else labels != IGNORED,
        ).where(labels != IGNORED if by_labels else marks[:, :end] & marks[:, shift:])

    return rows


CLASS_LOSSES = {
    "CrossEntropy": cross_entropy(),
    "CrossEntropy.smoothedAndWeighted": cross_entropy(0.1, CLASS_WEIGHTS),
    "KlDivergence": kl,
    "ReverseKl": reverse_kl,
    "JensenShannon": jensen_shannon(0.5),
    "JensenShannon.tenth": jensen_shannon(0.1),
    "SoftCrossEntropy": soft_cross_entropy(T * T),
    "SoftCrossEntropy.unscaled": soft_cross_entropy(1),
    "LogitsMse": mse_sum,
    "LogitsMse.sumSoftened": mse_sum_softened,
    "LogitsMse.meanSoftened": mse_mean_softened,
    "BinarySoftTargets": binary_soft_targets,
    "RegressionSoftTargets": regression_soft_targets,
    "CosineDistance": cosine,
    "Dkd": dkd(1, 8),
    "Dkd.teachersClass": dkd(1, 8, teachers_class=True),
    "Dist": dist(2, 1),
    "LogitStandardization": standardized_kl,
    "SparseKlDivergence": sparse_kl,
    "WeightedLosses": weighted((0.5, kl), (0.25, dkd(1, 8))),
    "TeacherMean.probabilities": mean_of_probabilities,
    "TeacherMean.labelProbabilities": mean_of_label_probabilities,
    "TeacherMean.logits": mean_of_logits,
}
VECTOR_LOSSES = {"BinaryCrossEntropy": binary_cross_entropy, "SquaredError": squared_error}
TOKENS = {
    "tokens": tokens(0, by_labels=True),
    "causalTokens": tokens(1, by_labels=True),
    "markedTokens": tokens(0, by_labels=False),
    "causalMarkedTokens": tokens(1, by_labels=False),
}


def put(key, tensor):
    numbers = torch.as_tensor(tensor).flatten().tolist()
    print(f"{key}={' '.join(f'{number:.9g}' for number in numbers)}")


def put_losses(batch, form, select, losses):
    for name, loss in losses.items():
        batch.student.grad = None
        value = loss(select(batch))
        value.backward()
        put(f"{form}.{name}.value", value.detach())
        put(f"{form}.{name}.gradient", batch.student.grad)


def main():
    print("# Made by src/dev/python/response_goldens.py with PyTorch", torch.__version__)
    put("temperature", T)
    rows, texts = Batch(5), Batch(2, 5)
    for form, batch in (("examples", rows), ("tokens", texts)):
        put(f"{form}.shape", torch.tensor(batch.student.shape))
        for name, tensor in batch.tensors().items():
            put(f"{form}.{name}", tensor.detach())
    put_losses(rows, "examples", examples, CLASS_LOSSES | VECTOR_LOSSES)
    for form, select in TOKENS.items():
        put_losses(texts, form, select, CLASS_LOSSES)
    put_losses(texts, "markedTokens", tokens(0, False, vectors=True), VECTOR_LOSSES)


if __name__ == "__main__":
    main()
