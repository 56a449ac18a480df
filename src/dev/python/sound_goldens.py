"""Writes the numbers that the tests of sound preprocessing compare with.

Sounds are made by a formula that the test has too. torchaudio resamples them; Hugging Face's
extractors make waveforms and frames.

    python -m pip install numpy torch torchaudio transformers
    python src/dev/python/sound_goldens.py \
        > tribuo-distill/src/test/resources/org/tribuo/distill/input/sound/goldens.json

The committed file was made with numpy 2.4.6, torch 2.15.0, torchaudio 2.11.1, and transformers
5.24.0. ASTFeatureExtractor used torchaudio; without it, it makes the same frames.
"""

import json
import sys
from unittest import mock

import numpy as np
import torch
from torchaudio.functional import resample
from transformers import (
    ASTFeatureExtractor,
    Wav2Vec2FeatureExtractor,
    WhisperFeatureExtractor,
)
from transformers.models.audio_spectrogram_transformer import (
    feature_extraction_audio_spectrogram_transformer as ast_module,
)

EVERY = 7


def sound(length, rate):
    """A tone that rises, a deep one, and noise; exact to a float in any language."""
    n = np.arange(length)
    noise = (n * 7919 + n * n % 97 * 31) % 1009 / 1009.0 - 0.5
    rising = (n * (200 + n // 16) % rate) / rate - 0.5
    deep = (n * 110 % rate) / rate - 0.5
    return (0.5 * rising + 0.3 * deep + 0.1 * noise).astype(np.float32)


def numbers(values):
    """Some of them: every seventh, and how many there are."""
    flat = np.asarray(values, dtype=np.float32).reshape(-1)
    return {
        "shape": list(np.asarray(values).shape),
        "every": EVERY,
        "values": [round(float(value), 6) for value in flat[::EVERY]],
    }


def config(extractor, **others):
    stated = json.loads(extractor.to_json_string())
    stated.update(others)
    keep = (
        "feature_extractor_type", "feature_size", "sampling_rate", "do_normalize", "padding_value",
        "hop_length", "n_fft", "chunk_length", "num_mel_bins", "max_length", "mean", "std", "dither",
    )  # fmt: skip
    return {key: stated[key] for key in keep if key in stated}


def case(name, length, rate, preprocessor_config, values):
    return {
        "name": name,
        "length": length,
        "rate": rate,
        "preprocessor_config": preprocessor_config,
        **numbers(values),
    }


def waveforms():
    for length, normalize in ((3000, True), (3000, False), (501, True)):
        extractor = Wav2Vec2FeatureExtractor(do_normalize=normalize)
        values = extractor(sound(length, 16000), sampling_rate=16000, return_tensors="np")
        yield case(
            f"waveform of {length}, normalised: {normalize}",
            length,
            16000,
            config(extractor),
            values["input_values"][0],
        )


def whispers():
    for length, mels, fft, hop, samples in (
        (9000, 80, 400, 160, 16000),
        (16000, 80, 400, 160, 16000),
        (20001, 40, 400, 160, 16000),
        (5000, 16, 400, 160, 6400),
        (7000, 24, 510, 170, 8000),
    ):
        extractor = WhisperFeatureExtractor(
            feature_size=mels, n_fft=fft, hop_length=hop, chunk_length=1
        )
        values = extractor(
            sound(length, 16000), sampling_rate=16000, max_length=samples, return_tensors="np"
        )
        yield case(
            f"{mels} mels of Whisper, {length} samples in {samples}",
            length,
            16000,
            config(extractor, chunk_length=samples / 16000),
            values["input_features"][0],
        )


def spectrograms():
    for length, mels, frames, normalize in (
        (9000, 128, 64, True),
        (16000, 64, 64, True),
        (9000, 128, 40, False),
    ):
        extractor = ASTFeatureExtractor(
            num_mel_bins=mels, max_length=frames, do_normalize=normalize
        )
        wave = sound(length, 16000)
        values = extractor(wave, sampling_rate=16000, return_tensors="np")["input_values"][0]
        check(extractor, wave, values)
        yield case(
            f"{frames} frames of {mels} mels of AST, {length} samples, normalised: {normalize}",
            length,
            16000,
            config(extractor),
            values,
        )


def check(extractor, wave, values):
    """The extractor's own frames, which it makes where torchaudio is not installed, are the same."""
    stated = extractor.to_dict()
    with mock.patch.object(ast_module, "is_speech_available", lambda: False):
        own = ASTFeatureExtractor(
            num_mel_bins=stated["num_mel_bins"],
            max_length=stated["max_length"],
            do_normalize=stated["do_normalize"],
        )
        other = own(wave, sampling_rate=16000, return_tensors="np")["input_values"][0]
    print("torchaudio differs by", np.abs(values - other).max(), file=sys.stderr)
    np.testing.assert_allclose(values, other, atol=1e-4)


def resampled():
    extractor = Wav2Vec2FeatureExtractor(do_normalize=False)
    for length, rate in ((1500, 8000), (4001, 22050), (4410, 44100), (4800, 48000), (1200, 11025)):
        values = resample(torch.from_numpy(sound(length, rate)), rate, 16000).numpy()
        yield case(f"{length} samples at {rate}", length, rate, config(extractor), values)


def main():
    cases = [*waveforms(), *whispers(), *spectrograms(), *resampled()]
    json.dump({"cases": cases}, sys.stdout, separators=(",", ":"))
    print()


if __name__ == "__main__":
    main()
