#!/usr/bin/env python3
"""Writes tests/data/bert_tiny.json: what HuggingFace transformers computes for tiny BERT classifiers.

Weights follow a recipe instead of standing in the file: element i of the p-th parameter (HuggingFace's order and
layout) is 0.4 * (u - 0.5), plus 1 for LayerNorm weights, with u the upper 24 bits of splitmix64(p * 2^32 + i) as a
fraction. Needs numpy, torch and transformers.
"""
import json
import pathlib

import numpy as np
import torch
from transformers import BertConfig, BertForSequenceClassification


def recipe(p, n):
    with np.errstate(over="ignore"):
        z = (np.uint64(p) << np.uint64(32)) + np.arange(n, dtype=np.uint64) + np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    u = (z >> np.uint64(40)).astype(np.float32) * np.float32(2.0**-24)
    return np.float32(0.4) * (u - np.float32(0.5))


def tensor(t):
    t = t.detach()
    return {"shape": list(t.shape), "data": [float("%.9g" % v) for v in t.flatten().tolist()]}


def run(name, labels, targets, hidden_act):
    config = BertConfig(
        vocab_size=60, hidden_size=24, num_hidden_layers=2, num_attention_heads=3, intermediate_size=40,
        max_position_embeddings=16, type_vocab_size=2, hidden_act=hidden_act, pad_token_id=0, num_labels=labels,
        hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0, layer_norm_eps=1e-12)
    model = BertForSequenceClassification(config)
    with torch.no_grad():
        for p, (key, value) in enumerate(model.named_parameters()):
            values = recipe(p, value.numel()) + np.float32(1.0 if key.endswith("LayerNorm.weight") else 0.0)
            value.copy_(torch.from_numpy(values).reshape(value.shape))
    ids = torch.tensor([[2, 17, 33, 3, 41, 59, 8, 3, 0, 0], [2, 5, 9, 28, 28, 3, 11, 54, 30, 3], [2, 7, 3, 9, 3, 0, 0, 0, 0, 0]])
    types = torch.tensor([[0, 0, 0, 0, 1, 1, 1, 1, 0, 0], [0, 0, 0, 0, 0, 0, 1, 1, 1, 1], [0, 0, 0, 1, 1, 0, 0, 0, 0, 0]])
    mask = (ids != 0).long()
    out = model(input_ids=ids, token_type_ids=types, attention_mask=mask, labels=torch.tensor(targets),
                output_hidden_states=True)
    out.loss.backward()
    return {
        "name": name,
        "hidden_act": hidden_act,
        "labels": targets,
        "input_ids": tensor(ids),
        "token_type_ids": tensor(types),
        "attention_mask": tensor(mask),
        "logits": tensor(out.logits),
        "loss": float("%.9g" % out.loss.item()),
        "hidden_l2": [float("%.9g" % h.double().norm().item()) for h in out.hidden_states],
        "grads": {key: {"l2": float("%.9g" % value.grad.double().norm().item()), "first4": tensor(value.grad.flatten()[:4])["data"]}
                  for key, value in model.named_parameters()},
    }


def main():
    runs = [run("classification", 3, [2, 0, 1], "gelu"), run("regression", 1, [0.5, 4.0, 2.5], "gelu"),
            run("tanh approximation", 2, [1, 0, 1], "gelu_new")]
    path = pathlib.Path(__file__).resolve().parent.parent / "tests" / "data" / "bert_tiny.json"
    path.write_text(json.dumps({"made_by": "scripts/make_bert_reference.py", "torch": torch.__version__, "runs": runs}))


if __name__ == "__main__":
    main()
