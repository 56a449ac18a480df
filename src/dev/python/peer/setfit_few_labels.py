"""SetFit's library with few labels of BANKING77, on the rows of `few_label_trials.py`.

    python src/dev/python/peer/setfit_few_labels.py --model all-minilm-l6-v2.onnx \\
        --tokenizer all-minilm-l6-v2-tokenizer.json --labels 5 --seeds 0,1,2 --output setfit.csv

SetFit (Tunstall et al. 2022, arXiv:2209.11055) trains the encoder on pairs of labelled texts, then a
logistic regression on their vectors. Its settings are the library's but for the pairs: those of two
intents are as many as those of one (`undersampling`), since by default the latter are repeated until
they are as many as the former, which are 1.2 million with 20 labels an intent. `--iterations 20` takes
40 pairs a text instead (`num_iterations`). Appends a line for each seed to the output: accuracy on the
held-out and on the test questions, and the seconds of training, in processor time and by the clock.

Needs setfit and sentence-transformers (written against 1.2 and 5.7, with transformers 4.57) beside
what `peer.py` needs. Nothing is downloaded.
"""

import argparse
import os
import tempfile
import time

os.environ["HF_HUB_OFFLINE"] = "1"

import numpy as np
import peer
import torch
from datasets import Dataset
from few_label_trials import Questions
from sentence_transformers import SentenceTransformer, models
from setfit import SetFitModel, Trainer, TrainingArguments
from sklearn.linear_model import LogisticRegression
from transformers import PreTrainedTokenizerFast


def parse():
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", required=True)
    parser.add_argument("--tokenizer", required=True)
    parser.add_argument("--labels", type=int, default=20, help="of each intent")
    parser.add_argument("--seeds", default="0")
    parser.add_argument("--output", default="setfit.csv")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--bf16", action="store_true")
    parser.add_argument("--iterations", type=int, help="so many pairs of each kind a text instead")
    parser.add_argument("--max-steps", type=int, default=-1, help="of training on pairs")
    return parser.parse_args()


def sentence_transformer(options, folder):
    """The encoder of the file, the mean of its last hidden states, divided by its norm."""
    peer.encoder(options.model, 0.1).save_pretrained(folder)
    PreTrainedTokenizerFast(
        tokenizer_file=options.tokenizer,
        model_max_length=64,
        unk_token="[UNK]",
        sep_token="[SEP]",
        pad_token="[PAD]",
        cls_token="[CLS]",
        mask_token="[MASK]",
    ).save_pretrained(folder)
    encoder = models.Transformer(folder, max_seq_length=64)
    pooling = models.Pooling(encoder.get_word_embedding_dimension(), "mean")
    return SentenceTransformer(modules=[encoder, pooling, models.Normalize()], device="cpu")


def run(options, seed):
    questions = Questions(options.tokenizer, options.labels, seed)
    with tempfile.TemporaryDirectory() as folder:
        body = sentence_transformer(options, folder)
        model = SetFitModel(model_body=body, model_head=LogisticRegression())
        arguments = TrainingArguments(
            output_dir=folder,
            sampling_strategy="undersampling",
            num_iterations=options.iterations,
            max_steps=options.max_steps,
            seed=seed,
            save_strategy="no",
            eval_strategy="no",
            report_to="none",
        )
        texts, labels = zip(*questions.labelled)
        rows = Dataset.from_dict({"text": list(texts), "label": list(labels)})
        trainer = Trainer(model=model, args=arguments, train_dataset=rows)
        clock, processor = time.time(), time.process_time()
        with torch.autocast("cpu", torch.bfloat16, enabled=options.bf16):
            trainer.train()
        clock, processor = time.time() - clock, time.process_time() - processor
        scores = [accuracy(model, questions.held_out_rows), accuracy(model, questions.test_rows)]
    with open(options.output, "a", encoding="utf-8") as file:
        scores = ",".join(f"{score:.2f}" for score in scores)
        file.write(f"setfit,{options.labels},{seed},{scores},{processor:.0f},{clock:.0f}\n")


def accuracy(model, rows):
    texts, labels = zip(*rows)
    predicted = np.asarray(model.predict(list(texts)))
    return 100 * float((predicted == np.array(labels)).mean())


def main():
    options = parse()
    torch.set_num_threads(options.threads)
    for seed in options.seeds.split(","):
        run(options, int(seed))


if __name__ == "__main__":
    main()
