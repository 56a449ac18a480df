"""Writes the pixels that the tests of image preprocessing compare with.

Images are made by a formula that the test has too. Pillow resizes them; the rest is written here as
Hugging Face's image processors that use Pillow do it (ViTImageProcessorPil, CLIPImageProcessorPil).
Where transformers is installed, its processors must agree.

    python -m pip install numpy pillow transformers torch torchvision
    python src/dev/python/image_goldens.py \
        > tribuo-distill/src/test/resources/org/tribuo/distill/input/image/goldens.json

The committed file was made with Pillow 13.0.0, numpy 2.4.6, and transformers 5.24.0.
"""

import hashlib
import json
import sys

import numpy as np
from PIL import Image

MEAN = [0.485, 0.456, 0.406]
STD = [0.229, 0.224, 0.225]


def picture(height, width):
    """Waves, edges and noise."""
    y, x, c = np.meshgrid(np.arange(height), np.arange(width), np.arange(3), indexing="ij")
    noise = (x * 7919 + y * 104729 + c * 1299709 + x * y * 31) % 97
    edges = np.where((x // 5 + y // 3) % 2 == 0, 120, 0)
    return ((noise + edges + 13 * c + x) % 256).astype(np.uint8)


def config(**settings):
    base = {
        "do_resize": False,
        "do_center_crop": False,
        "do_rescale": True,
        "rescale_factor": 1 / 255,
        "do_normalize": False,
    }
    return {**base, **settings}


CASES = [
    ("as it is", (9, 7), config()),
    ("nearest, smaller", (37, 53), config(do_resize=True, size={"height": 8, "width": 12}, resample=0)),
    ("nearest, larger", (5, 7), config(do_resize=True, size={"height": 8, "width": 12}, resample=0)),
    ("bilinear, smaller", (37, 53), config(do_resize=True, size={"height": 8, "width": 12}, resample=2)),
    ("bilinear, larger", (5, 7), config(do_resize=True, size={"height": 8, "width": 12}, resample=2)),
    ("bicubic, smaller", (37, 53), config(do_resize=True, size={"height": 8, "width": 12}, resample=3)),
    ("bicubic, larger", (5, 7), config(do_resize=True, size={"height": 8, "width": 12}, resample=3)),
    ("bilinear, one axis", (37, 12), config(do_resize=True, size={"height": 8, "width": 12}, resample=2)),
    ("bicubic, much smaller", (211, 301), config(do_resize=True, size={"height": 6, "width": 5}, resample=3)),
    (
        "CLIP",
        (61, 90),
        config(
            do_resize=True, size={"shortest_edge": 12}, resample=3,
            do_center_crop=True, crop_size={"height": 11, "width": 11},
            do_normalize=True, image_mean=MEAN, image_std=STD,
        ),
    ),
    (
        "CLIP, upright",
        (90, 61),
        config(
            do_resize=True, size={"shortest_edge": 10}, resample=3,
            do_center_crop=True, crop_size={"height": 10, "width": 9},
            do_normalize=True, image_mean=MEAN, image_std=STD,
        ),
    ),
    (
        "crop of more than there is",
        (9, 14),
        config(
            do_center_crop=True, crop_size={"height": 12, "width": 11},
            do_normalize=True, image_mean=MEAN, image_std=STD,
        ),
    ),
    (
        "ViT",
        (40, 30),
        config(
            do_resize=True, size={"height": 10, "width": 10}, resample=2,
            do_normalize=True, image_mean=[0.5, 0.5, 0.5], image_std=[0.5, 0.5, 0.5],
        ),
    ),
    ("not rescaled", (6, 5), config(do_rescale=False)),
]


def resized(image, settings):
    size = settings["size"]
    height, width = image.shape[:2]
    if "shortest_edge" in size:
        edge = size["shortest_edge"]
        if width <= height:
            to = (edge, int(edge * height / width))
        else:
            to = (int(edge * width / height), edge)
    else:
        to = (size["width"], size["height"])
    return np.asarray(Image.fromarray(image).resize(to, settings["resample"]))


def cropped(image, size):
    height, width = size["height"], size["width"]
    top, left = (image.shape[0] - height) // 2, (image.shape[1] - width) // 2
    part = np.zeros((height, width, 3), np.uint8)
    for y in range(height):
        for x in range(width):
            if 0 <= y + top < image.shape[0] and 0 <= x + left < image.shape[1]:
                part[y, x] = image[y + top, x + left]
    return part


def pixels(image, settings):
    if settings["do_resize"]:
        image = resized(image, settings)
    if settings["do_center_crop"]:
        image = cropped(image, settings["crop_size"])
    values = image.astype(np.float32)
    if settings["do_rescale"]:
        values = (image.astype(np.float64) * settings["rescale_factor"]).astype(np.float32)
    if settings["do_normalize"]:
        mean = np.array(settings["image_mean"], np.float32)
        std = np.array(settings["image_std"], np.float32)
        values = (values - mean) / std
    return values.transpose(2, 0, 1)


def compare(name, image, settings, values):
    """How far transformers' processors are, by Pillow and by torchvision."""
    try:
        from transformers import CLIPImageProcessor
        from transformers.models.clip import image_processing_pil_clip as pil
    except ImportError as e:
        print(f"{name}: not compared with transformers: {e}", file=sys.stderr)
        return
    processors = [("Pillow", pil.CLIPImageProcessorPil), ("torchvision", CLIPImageProcessor)]
    for backend, processor in processors:
        made = np.asarray(processor(**settings)(Image.fromarray(image))["pixel_values"][0])
        worst = np.abs(made - values).max()
        print(f"{name}, {backend}: differs by {worst:.2e}", file=sys.stderr)
        assert backend != "Pillow" or worst < 1e-6, name


def main():
    cases = []
    for name, (height, width), settings in CASES:
        image = picture(height, width)
        values = pixels(image, settings)
        compare(name, image, settings, values)
        cases.append(
            {
                "name": name,
                "height": height,
                "width": width,
                "sha256": hashlib.sha256(image.tobytes()).hexdigest(),
                "preprocessor_config": settings,
                "shape": list(values.shape),
                "pixels": [float(f"{v:.9g}") for v in values.ravel()],
            }
        )
    json.dump({"cases": cases}, sys.stdout, separators=(",", ":"))


if __name__ == "__main__":
    main()
