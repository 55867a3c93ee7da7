#!/usr/bin/env python3
"""Writes tests/data/cnn_reference.json: logits of torchvision's AlexNet, GoogLeNet and ResNet-50 for one image.

Weights and image follow a recipe instead of standing in the file. u(p, i) is the upper 24 bits of
splitmix64(p * 2^32 + i) as a fraction, minus 1/2. Element i of the p-th tensor of the state dictionary, in the order of
their names, without GoogLeNet's auxiliary heads and the counts of batches, is
  weights of convolutions and linear layers   sqrt(24 / fan-in) u: Kaiming's variance
  weights of batch norms, running_var         1 + u
  biases, running_mean                        u / 5
and element i of the image, as (3, 224, 224), is 4 u(2^20, i). Needs numpy, torch and torchvision.
"""
import json
import pathlib

import numpy as np
import torch
import torchvision


def draws(p, n):
    with np.errstate(over="ignore"):
        z = (np.uint64(p) << np.uint64(32)) + np.arange(n, dtype=np.uint64) + np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    return (z >> np.uint64(40)).astype(np.float32) * np.float32(2.0**-24) - np.float32(0.5)


def values(name, shape, p):
    u = draws(p, int(np.prod(shape)))
    if len(shape) > 1:
        u = np.float32(np.sqrt(24.0 / np.prod(shape[1:]))) * u
    elif name.endswith(("weight", "running_var")):
        u = np.float32(1.0) + u
    else:
        u = np.float32(0.2) * u
    return torch.from_numpy(u).reshape(shape)


def run(name, make):
    model = make().eval()
    tensors = {k: v for k, v in model.state_dict().items()
               if not k.startswith("aux") and not k.endswith("num_batches_tracked")}
    with torch.no_grad():
        for p, key in enumerate(sorted(tensors)):
            tensors[key].copy_(values(key, tuple(tensors[key].shape), p))
        image = torch.from_numpy(4 * draws(1 << 20, 3 * 224 * 224)).reshape(1, 3, 224, 224)
        # in double, so that the reference has no rounding of its own
        logits = model.double()(image.double())[0]
    return {"name": name, "tensors": len(tensors), "logits": [float("%.9g" % v) for v in logits.tolist()]}


def main():
    models = torchvision.models
    networks = [run("alexnet", models.alexnet),
                run("googlenet", lambda: models.googlenet(init_weights=False, aux_logits=False)),
                run("resnet50", models.resnet50)]
    path = pathlib.Path(__file__).resolve().parent.parent / "tests" / "data" / "cnn_reference.json"
    path.write_text(json.dumps({"made_by": "scripts/make_cnn_reference.py", "torchvision": torchvision.__version__,
                                "networks": networks}) + "\n")


if __name__ == "__main__":
    main()
