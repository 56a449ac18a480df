"""Writes a case of the export zoo: a tiny Audio Spectrogram Transformer.

Its patches overlap (strides smaller than the kernel), in front of them are a class token and a
distillation token, and positions are learned. The format is that of the zoo's README; gradients and
the trajectory are PyTorch's in float64.

    python -m pip install numpy torch transformers onnx onnxruntime
    python src/dev/python/ast_zoo.py tribuo-distill/src/test/resources/zoo/ast_audiocls_ts17

The committed files were made with torch 2.15.0, transformers 5.24.0, onnx 1.23.2, and
onnxruntime 1.32.0.
"""

import collections
import json
import pathlib
import sys

import numpy as np
import onnx
import onnxruntime
import torch
import torch.nn.functional as F
import transformers
from onnx import numpy_helper
from transformers import ASTConfig, ASTForAudioClassification

FRAMES, MELS, LABELS, BATCH, OPSET = 40, 24, 4, 3, 17
ALPHA, TEMPERATURE = 0.7, 2.0
STEPS, RATE, DECAY = 10, 1e-3, 0.01


class Exported(ASTForAudioClassification):
    def forward(self, input_values):
        return super().forward(input_values=input_values).logits


def student():
    config = ASTConfig(
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=48,
        patch_size=8,
        frequency_stride=5,
        time_stride=6,
        max_length=FRAMES,
        num_mel_bins=MELS,
        num_labels=LABELS,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        attn_implementation="eager",
    )
    torch.manual_seed(11)
    model = Exported(config).eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            norm = "layernorm" in name and name.endswith("weight")
            parameter.normal_(1.0 if norm else 0.0, 0.15)
    return model


def loss_terms(logits, labels, teacher):
    hard = F.cross_entropy(logits, labels)
    soft = TEMPERATURE**2 * F.kl_div(
        F.log_softmax(logits / TEMPERATURE, -1),
        F.log_softmax(teacher / TEMPERATURE, -1),
        reduction="batchmean",
        log_target=True,
    )
    return hard, soft, (1 - ALPHA) * hard + ALPHA * soft


def trajectory(model, values, labels, teacher):
    optimizer = torch.optim.AdamW(model.parameters(), lr=RATE, weight_decay=DECAY)
    losses = []
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss = loss_terms(model(values), labels, teacher)[2]
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def layout(exported, parameters):
    """Initializer -> (torch parameter, whether it is transposed), found by their numbers."""
    found = {}
    for initializer in exported.graph.initializer:
        values = numpy_helper.to_array(initializer)
        for name, parameter in parameters.items():
            if values.shape == parameter.shape and np.array_equal(values, parameter):
                found[initializer.name] = (name, False)
            elif values.ndim == 2 and np.array_equal(values, parameter.T):
                found[initializer.name] = (name, True)
    assert sorted(name for name, _ in found.values()) == sorted(parameters)
    return found


def write(folder, file, array):
    path = folder / "data" / file
    path.parent.mkdir(parents=True, exist_ok=True)
    tensor = numpy_helper.from_array(np.ascontiguousarray(array), pathlib.Path(file).stem)
    path.write_bytes(tensor.SerializeToString())
    return f"data/{file}"


def entry(folder, name, file, array):
    return {
        "name": name,
        "dtype": str(array.dtype),
        "shape": list(array.shape),
        "file": write(folder, file, array),
    }


def described(value):
    shape = value.type.tensor_type.shape.dim
    return {
        "name": value.name,
        "type": "tensor(float)",
        "shape": [d.dim_param or d.dim_value for d in shape],
    }


def main(folder):
    folder.mkdir(parents=True, exist_ok=True)
    model = student()
    generator = torch.Generator().manual_seed(12)
    values = torch.randn(BATCH, FRAMES, MELS, generator=generator)
    teacher = 2 * torch.randn(BATCH, LABELS, generator=generator)
    labels = torch.tensor([2, 0, 3])

    file = folder / "model.onnx"
    torch.onnx.export(
        model,
        (values,),
        str(file),
        input_names=["input_values"],
        output_names=["logits"],
        dynamic_axes={"input_values": {0: "batch"}, "logits": {0: "batch"}},
        opset_version=OPSET,
        dynamo=False,
    )
    exported = onnx.load(file)
    found = layout(exported, {n: p.detach().numpy() for n, p in model.named_parameters()})

    session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
    run = {n: session.run(None, {"input_values": values[:n].numpy()})[0] for n in (1, BATCH)}
    model.double()
    values, teacher = values.double(), teacher.double()
    logits = model(values)
    hard, soft, loss = loss_terms(logits, labels, teacher)
    loss.backward()
    gradients = {n: p.grad.float().numpy() for n, p in model.named_parameters()}
    expected = logits.detach().float().numpy()
    by_onnx = loss_terms(torch.tensor(run[BATCH]).double(), labels, teacher)[2].item()

    gradient_files = {}
    for number, (name, (parameter, transposed)) in enumerate(found.items()):
        gradient = gradients[parameter].T if transposed else gradients[parameter]
        gradient_files[name] = write(folder, f"gradient/{number:03d}.pb", gradient)
    case = {
        "name": folder.name,
        "architecture": "Audio Spectrogram Transformer",
        "task": "audio-classification",
        "exporter": f"torch.onnx.export (TorchScript, opset_version={OPSET});"
        f" torch {torch.__version__.split('+')[0]}, transformers {transformers.__version__}",
        "opset": {"ai.onnx": OPSET},
        "ir_version": exported.ir_version,
        "inputs": [
            entry(folder, "input_values", "input_input_values.pb", values.float().numpy())
        ],
        "graph_inputs": [described(value) for value in exported.graph.input],
        "graph_outputs": [described(value) for value in exported.graph.output],
        "student_outputs": ["logits"],
        "targets": [
            entry(folder, "teacher_logits", "teacher_logits.pb", teacher.float().numpy()),
            entry(folder, "labels", "labels.pb", labels.numpy()),
        ],
        "expected_outputs": [entry(folder, "logits", "output_logits.pb", expected)],
        "loss": {
            "kind": "kd",
            "alpha": ALPHA,
            "temperature": TEMPERATURE,
            "ignore_label": -100,
            "shift": 0,
            "definition": "L = (1-alpha)*hard + alpha*soft. hard = mean over the rows of"
            " cross-entropy(student logits, label). soft = T^2 * mean over the rows of"
            " KL(softmax(teacher/T) || softmax(student/T)).",
        },
        "loss_value": loss.item(),
        "hard_loss": hard.item(),
        "soft_loss": soft.item(),
        "trainable": list(found),
        "trainable_entries": sum(p.numel() for p in model.parameters()),
        "gradient_files": gradient_files,
        "layout": {
            name: {
                "torch_parameter": parameter,
                "relation": "transposed" if transposed else "same",
            }
            for name, (parameter, transposed) in found.items()
        },
        "tied_groups": [],
        "zero_gradient": [n for n, (parameter, _) in found.items() if "k_proj.bias" in parameter],
        "constants": [],
        "unused_parameters": [],
        "trajectory": {
            "optimizer": "AdamW as torch.optim.AdamW",
            "lr": RATE,
            "betas": [0.9, 0.999],
            "eps": 1e-08,
            "weight_decay": DECAY,
            "weight_decay_on": "all trainable initializers",
            "losses": trajectory(model, values, labels, teacher),
        },
        "tolerances": {
            "output_abs": 1e-4,
            "loss_rel": 1e-5,
            "gradient": "per initializer: max|g - golden| <= 1e-3 * max|golden| + 1e-6",
            "trajectory_loss_rel": 1e-4,
        },
        "op_types": dict(
            sorted(collections.Counter(node.op_type for node in exported.graph.node).items())
        ),
        "checks": {
            "ort_max_abs_error": float(np.abs(run[BATCH] - expected).max()),
            "ort_other_shapes_max_abs_error": float(np.abs(run[1] - expected[:1]).max()),
            "ort_loss_minus_torch_loss": by_onnx - loss.item(),
        },
    }
    (folder / "case.json").write_text(json.dumps(case, indent=1) + "\n")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
