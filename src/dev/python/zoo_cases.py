"""Writes cases of the export zoo: tiny models of architectures that the zoo else lacks.

- ast_audiocls_ts17: an Audio Spectrogram Transformer; its patches overlap (strides smaller than the
  kernel), in front of them are a class token and a distillation token, and positions are learned.
- marian_seq2seq_ts17: an encoder-decoder with sinusoidal positions, which are no weights, and a bias of
  the logits, which is none either.
- qwen2_causal_ts17: a decoder with rotary positions, grouped queries, biases of queries, keys and values,
  and a table of tokens that is the table of the logits too.

The format is that of the zoo's README; gradients and the trajectory are PyTorch's in float64.

    python -m pip install numpy torch transformers onnx onnxruntime
    python src/dev/python/zoo_cases.py tribuo-distill/src/test/resources/zoo marian_seq2seq_ts17

The committed files were made with torch 2.15.0, transformers 5.24.0, onnx 1.23.2, and
onnxruntime 1.32.0.
"""

import collections
import dataclasses
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
from transformers import (
    ASTConfig,
    ASTForAudioClassification,
    MarianConfig,
    MarianMTModel,
    Qwen2Config,
    Qwen2ForCausalLM,
)

BATCH, OPSET, IGNORED = 3, 17, -100
ALPHA, TEMPERATURE = 0.7, 2.0
STEPS, RATE, DECAY = 10, 1e-3, 0.01
DEFINITION = (
    "L = (1-alpha)*hard + alpha*soft. hard = mean over the rows that count of cross-entropy(student"
    " logits, label). soft = T^2 * mean over the rows that count of KL(softmax(teacher/T) ||"
    " softmax(student/T)). "
)


@dataclasses.dataclass
class Case:
    architecture: str
    task: str
    model: torch.nn.Module
    inputs: dict  # name -> example
    axes: dict  # name -> {axis: its name}, those of the logits too
    labels: torch.Tensor
    teacher: torch.Tensor
    shift: int  # label [i + shift] belongs to logits [i]
    rows: str  # what counts


def drawn(architecture, config, seed, norms):
    """A model whose weights are all drawn, so that none is zero, nor one."""
    torch.manual_seed(seed)
    model = architecture(config)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.requires_grad:
                norm = norms in name and name.endswith("weight")
                parameter.normal_(1.0 if norm else 0.0, 0.15)
    return model.eval()


class Ast(ASTForAudioClassification):
    def forward(self, input_values):
        return super().forward(input_values=input_values).logits


def ast():
    frames, mels, labels = 40, 24, 4
    config = ASTConfig(
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=48,
        patch_size=8,
        frequency_stride=5,
        time_stride=6,
        max_length=frames,
        num_mel_bins=mels,
        num_labels=labels,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        attn_implementation="eager",
    )
    generator = torch.Generator().manual_seed(12)
    return Case(
        architecture="Audio Spectrogram Transformer",
        task="audio-classification",
        model=drawn(Ast, config, 11, "layernorm"),
        inputs={"input_values": torch.randn(BATCH, frames, mels, generator=generator)},
        axes={"input_values": {0: "batch"}, "logits": {0: "batch"}},
        teacher=2 * torch.randn(BATCH, labels, generator=generator),
        labels=torch.tensor([2, 0, 3]),
        shift=0,
        rows="A row is an example.",
    )


VOCABULARY, PAD = 101, 0


def tokens(lengths, generator):
    """Ids padded on the right, and their mask."""
    ids = torch.randint(3, VOCABULARY, (len(lengths), max(lengths)), generator=generator)
    mask = (torch.arange(max(lengths)) < torch.tensor(lengths)[:, None]).long()
    return ids * mask + PAD * (1 - mask), mask


class Marian(MarianMTModel):
    def forward(self, input_ids, attention_mask, decoder_input_ids):
        return super().forward(input_ids, attention_mask, decoder_input_ids, use_cache=False).logits


def marian():
    config = MarianConfig(
        vocab_size=VOCABULARY,
        d_model=32,
        encoder_layers=2,
        decoder_layers=2,
        encoder_attention_heads=4,
        decoder_attention_heads=4,
        encoder_ffn_dim=48,
        decoder_ffn_dim=48,
        max_position_embeddings=64,
        activation_function="swish",
        scale_embedding=True,
        dropout=0.0,
        attention_dropout=0.0,
        activation_dropout=0.0,
        pad_token_id=PAD,
        eos_token_id=2,
        decoder_start_token_id=PAD,
        attn_implementation="eager",
    )
    generator = torch.Generator().manual_seed(22)
    ids, mask = tokens([9, 6, 7], generator)
    read, of_target = tokens([7, 5, 4], generator)
    labels = torch.randint(3, VOCABULARY, read.shape, generator=generator)
    model = drawn(Marian, config, 21, "layer_norm")
    model.final_logits_bias.normal_(0, 0.1, generator=generator)
    return Case(
        architecture="Marian",
        task="seq2seq-lm",
        model=model,
        inputs={"input_ids": ids, "attention_mask": mask, "decoder_input_ids": read},
        axes={
            "input_ids": {0: "batch", 1: "encoder_sequence"},
            "attention_mask": {0: "batch", 1: "encoder_sequence"},
            "decoder_input_ids": {0: "batch", 1: "decoder_sequence"},
            "logits": {0: "batch", 1: "decoder_sequence"},
        },
        teacher=2 * torch.randn(*read.shape, VOCABULARY, generator=generator),
        labels=labels.where(of_target == 1, IGNORED),
        shift=0,
        rows="A row is a decoder position; it counts when its label is not -100. No shift.",
    )


class Qwen2(Qwen2ForCausalLM):
    def forward(self, input_ids, attention_mask):
        return super().forward(input_ids, attention_mask, use_cache=False).logits


def qwen2():
    config = Qwen2Config(
        vocab_size=VOCABULARY,
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        intermediate_size=48,
        max_position_embeddings=64,
        tie_word_embeddings=True,
        attention_dropout=0.0,
        attn_implementation="eager",
    )
    generator = torch.Generator().manual_seed(32)
    ids, mask = tokens([11, 8, 6], generator)
    return Case(
        architecture="Qwen2",
        task="causal-lm",
        model=drawn(Qwen2, config, 31, "norm"),
        inputs={"input_ids": ids, "attention_mask": mask},
        axes={name: {0: "batch", 1: "sequence"} for name in ("input_ids", "attention_mask", "logits")},
        teacher=2 * torch.randn(*ids.shape, VOCABULARY, generator=generator),
        labels=ids.where(mask == 1, IGNORED),
        shift=1,
        rows="A row is a position; shift by one: logits[:, :-1] and teacher_logits[:, :-1] against"
        " labels[:, 1:]; it counts when that label is not -100.",
    )


CASES = {"ast_audiocls_ts17": ast, "marian_seq2seq_ts17": marian, "qwen2_causal_ts17": qwen2}


def loss_terms(case, logits, teacher):
    labels = case.labels
    if case.shift:
        logits, teacher = logits[:, : -case.shift], teacher[:, : -case.shift]
        labels = labels[:, case.shift :]
    counts = labels != IGNORED
    logits, teacher, labels = logits[counts], teacher[counts], labels[counts]
    hard = F.cross_entropy(logits, labels)
    soft = TEMPERATURE**2 * F.kl_div(
        F.log_softmax(logits / TEMPERATURE, -1),
        F.log_softmax(teacher / TEMPERATURE, -1),
        reduction="batchmean",
        log_target=True,
    )
    return hard, soft, (1 - ALPHA) * hard + ALPHA * soft


def as_float64(case):
    return [v.double() if v.is_floating_point() else v for v in case.inputs.values()]


def trajectory(case, parameters):
    optimizer = torch.optim.AdamW(parameters.values(), lr=RATE, weight_decay=DECAY)
    losses = []
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss = loss_terms(case, case.model(*as_float64(case)), case.teacher.double())[2]
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
    assert {name for name, _ in found.values()} == set(parameters)
    return found


def tied_groups(found):
    groups = collections.defaultdict(list)
    for initializer, (parameter, _) in found.items():
        groups[parameter].append(initializer)
    return [
        {"torch_parameter": parameter, "initializers": initializers}
        for parameter, initializers in groups.items()
        if len(initializers) > 1
    ]


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
    tensor = value.type.tensor_type
    kind = {onnx.TensorProto.FLOAT: "float", onnx.TensorProto.INT64: "int64"}[tensor.elem_type]
    return {
        "name": value.name,
        "type": f"tensor({kind})",
        "shape": [d.dim_param or d.dim_value for d in tensor.shape.dim],
    }


def main(folder, case):
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "model.onnx"
    torch.onnx.export(
        case.model,
        tuple(case.inputs.values()),
        str(file),
        input_names=list(case.inputs),
        output_names=["logits"],
        dynamic_axes=case.axes,
        opset_version=OPSET,
        dynamo=False,
    )
    exported = onnx.load(file)
    parameters = {n: p for n, p in case.model.named_parameters() if p.requires_grad}
    found = layout(exported, {n: p.detach().numpy() for n, p in parameters.items()})
    floats = [i for i in exported.graph.initializer if i.data_type == onnx.TensorProto.FLOAT]
    constants = [i.name for i in floats if i.name not in found]

    session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
    run = {
        n: session.run(None, {name: value[:n].numpy() for name, value in case.inputs.items()})[0]
        for n in (1, BATCH)
    }
    case.model.double()
    logits = case.model(*as_float64(case))
    hard, soft, loss = loss_terms(case, logits, case.teacher.double())
    loss.backward()
    gradients = {n: p.grad.float().numpy() for n, p in parameters.items()}
    expected = logits.detach().float().numpy()
    by_onnx = loss_terms(case, torch.tensor(run[BATCH]).double(), case.teacher.double())[2].item()

    gradient_files = {}
    for number, (name, (parameter, transposed)) in enumerate(found.items()):
        gradient = gradients[parameter].T if transposed else gradients[parameter]
        gradient_files[name] = write(folder, f"gradient/{number:03d}.pb", gradient)
    largest = max(np.abs(gradient).max() for gradient in gradients.values())
    zero = {n for n, gradient in gradients.items() if np.abs(gradient).max() < 1e-6 * largest}
    described_case = {
        "name": folder.name,
        "architecture": case.architecture,
        "task": case.task,
        "exporter": f"torch.onnx.export (TorchScript, opset_version={OPSET});"
        f" torch {torch.__version__.split('+')[0]}, transformers {transformers.__version__}",
        "opset": {"ai.onnx": OPSET},
        "ir_version": exported.ir_version,
        "inputs": [
            entry(folder, name, f"input_{name}.pb", value.numpy())
            for name, value in case.inputs.items()
        ],
        "graph_inputs": [described(value) for value in exported.graph.input],
        "graph_outputs": [described(value) for value in exported.graph.output],
        "student_outputs": ["logits"],
        "targets": [
            entry(folder, "teacher_logits", "teacher_logits.pb", case.teacher.numpy()),
            entry(folder, "labels", "labels.pb", case.labels.numpy()),
        ],
        "expected_outputs": [entry(folder, "logits", "output_logits.pb", expected)],
        "loss": {
            "kind": "kd",
            "alpha": ALPHA,
            "temperature": TEMPERATURE,
            "ignore_label": IGNORED,
            "shift": case.shift,
            "definition": DEFINITION + case.rows,
        },
        "loss_value": loss.item(),
        "hard_loss": hard.item(),
        "soft_loss": soft.item(),
        "trainable": list(found),
        "trainable_entries": sum(
            int(np.prod(i.dims)) for i in exported.graph.initializer if i.name in found
        ),
        "torch_parameters_entries": sum(p.numel() for p in parameters.values()),
        "gradient_files": gradient_files,
        "layout": {
            name: {
                "torch_parameter": parameter,
                "relation": "transposed" if transposed else "same",
            }
            for name, (parameter, transposed) in found.items()
        },
        "tied_groups": tied_groups(found),
        "zero_gradient": [n for n, (parameter, _) in found.items() if parameter in zero],
        "constants": constants,
        "unused_parameters": [],
        "trajectory": {
            "optimizer": "AdamW as torch.optim.AdamW",
            "lr": RATE,
            "betas": [0.9, 0.999],
            "eps": 1e-08,
            "weight_decay": DECAY,
            "weight_decay_on": "all trainable initializers",
            "losses": trajectory(case, parameters),
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
    (folder / "case.json").write_text(json.dumps(described_case, indent=1) + "\n")
    print(folder.name, loss.item(), constants, described_case["zero_gradient"], described_case["checks"])


if __name__ == "__main__":
    for name in sys.argv[2:] or CASES:
        main(pathlib.Path(sys.argv[1]) / name, CASES[name]())
