"""Writes what transformers' generate makes of the zoo's models, by greedy decoding and beam search.

    python decoding_goldens.py ZOO OUT.json

ZOO is the folder of the exported models. Each model is run by ONNX Runtime behind a thin module, so
that generate sees the same logits as any reader of the file. Of an encoder-decoder the source is
part of the module, and generate sees the decoder alone. Needs onnxruntime, torch, transformers, numpy.
"""

import json
import random
import sys
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from transformers import GenerationConfig, PretrainedConfig, PreTrainedModel
from transformers.generation import GenerationMixin
from transformers.modeling_outputs import CausalLMOutput

VOCABULARY = 101
# how many texts of each
MODELS = {
    "gpt2_causal_optimum": 3,
    "llama_causal_ts17": 3,
    "bart_seq2seq_ts14": 3,
    "t5_seq2seq_optimum": 3,
    "gpt2_causal_optimum_past": 3,
    "marian_seq2seq_ts17": 1,
    "qwen2_causal_ts17": 1,
    "gpt2_causal_ort_fused": 1,
    "llama_causal_dynamo": 1,
    "llama_causal_ort_extended": 1,
}
MOST_TOKENS = 10


class Exported(PreTrainedModel, GenerationMixin):
    """An exported model, as far as generate wants it."""

    config_class = PretrainedConfig
    main_input_name = "input_ids"

    def __init__(self, file, source):
        super().__init__(PretrainedConfig(vocab_size=VOCABULARY, is_encoder_decoder=False))
        self.session = onnxruntime.InferenceSession(str(file))
        self.inputs = [entry.name for entry in self.session.get_inputs()]
        self.source = source
        self.generation_config = GenerationConfig()
        self.anchor = torch.nn.Parameter(torch.zeros(1))

    def prepare_inputs_for_generation(self, input_ids, attention_mask=None, **unused):
        return {"input_ids": input_ids}

    def forward(self, input_ids, attention_mask=None, return_dict=True, **unused):
        rows, length = input_ids.shape
        if self.source is None:
            known = {
                "input_ids": input_ids.numpy(),
                "attention_mask": np.ones((rows, length), np.int64),
                "position_ids": np.tile(np.arange(length, dtype=np.int64), (rows, 1)),
            }
        else:
            source = np.tile(np.array(self.source, np.int64), (rows, 1))
            known = {
                "input_ids": source,
                "attention_mask": np.ones_like(source),
                "decoder_input_ids": input_ids.numpy(),
            }
        past = np.zeros((rows, 4, 0, 8), np.float32)
        logits = self.session.run(["logits"], {name: known.get(name, past) for name in self.inputs})[0]
        return CausalLMOutput(logits=torch.from_numpy(logits))


def generated(model, start, eos, beams, penalty):
    ids = torch.tensor([start])
    found = model.generate(
        ids,
        attention_mask=torch.ones_like(ids),
        generation_config=GenerationConfig(
            max_new_tokens=MOST_TOKENS,
            do_sample=False,
            num_beams=beams,
            length_penalty=penalty,
            early_stopping=False,
            eos_token_id=eos,
            pad_token_id=0,
            use_cache=False,
        ),
    )[0].tolist()[len(start):]
    stopped = eos in found
    return {
        "eos": eos,
        "beams": beams,
        "lengthPenalty": penalty,
        "tokens": found[: found.index(eos)] if stopped else found,
        "stopped": stopped,
    }


def main(zoo, out):
    draw = random.Random(1)
    cases = []
    for name, texts in MODELS.items():
        for _ in range(texts):
            text = [draw.randrange(5, VOCABULARY) for _ in range(draw.randrange(2, 6))]
            of_source = "seq2seq" in name
            model = Exported(zoo / name / "model.onnx", text if of_source else None)
            start = [1] if of_source else text
            never = generated(model, start, VOCABULARY + 1, 1, 1.0)["tokens"]
            wide = generated(model, start, VOCABULARY + 1, 4, 1.0)["tokens"]
            ends = sorted({never[2], never[5], wide[1], wide[3], wide[6], 99})
            results = [
                generated(model, start, eos, beams, penalty)
                for eos in ends
                for beams, penalty in [(1, 1.0), (2, 1.0), (4, 0.0), (4, 1.0), (4, 2.0), (3, -1.0)]
            ]
            cases.append({"model": name, "text": text, "results": results})
    Path(out).write_text(json.dumps(cases, separators=(",", ":")) + "\n")
    print(len(cases), "texts,", sum(len(case["results"]) for case in cases), "results")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
