"""Makes the spoken digits of examples/data/spoken-digits with the speech synthesiser eSpeak NG.

Ten words, "zero" to "nine", by voices that are labelled, unlabelled or kept for the test, no voice
in two of them. Accent, speed, pitch, loudness and noise vary from sound to sound. The sounds are WAV
files of 8 kHz, mu-law, packed into one file.

    python -m pip install numpy torch torchaudio espeakng_loader
    python src/dev/python/spoken_digits.py examples/data/spoken-digits/sounds.zip

The committed file was made with espeakng_loader 0.2.4 (eSpeak NG 1.52.0), numpy 2.4.6 and
torchaudio 2.11.1.
"""

import ctypes
import io
import struct
import sys
import zipfile

import espeakng_loader
import numpy as np
import torch
from torchaudio.functional import resample

DIGITS = "zero one two three four five six seven eight nine".split()
ACCENTS = ["en-us", "en", "en-gb-scotland", "en-gb-x-rp", "en-gb-x-gbclan", "en-gb-x-gbcwmd"]
LABELLED = "m1 f1 m3 f4 Andy Annie max linda Mario steph ed aunty Reed shelby".split()
UNLABELLED = (
    "m2 f2 m5 m6 f5 Mike Lee Alicia Diogo Gene anika steph2 belinda adam david quincy robert Michael"
).split()
TEST = "m4 m7 m8 f3 Denis Andrea john steph3 Alex".split()

RATE = 8000
SEED = 20251129

SYNCHRONOUS = 2
SPEED, PITCH, PITCH_RANGE = 1, 3, 4


class Synthesiser:
    def __init__(self):
        self.library = ctypes.CDLL(espeakng_loader.get_library_path())
        self.rate = self.library.espeak_Initialize(
            SYNCHRONOUS, 0, espeakng_loader.get_data_path().encode(), 0
        )
        kind = ctypes.CFUNCTYPE(
            ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
        )
        self.callback = kind(self.keep)
        self.library.espeak_SetSynthCallback(self.callback)
        self.pieces = []

    def keep(self, samples, count, _events):
        if samples and count > 0:
            self.pieces.append(np.ctypeslib.as_array(samples, (count,)).copy())
        return 0

    def say(self, word, voice, speed, pitch, pitch_range):
        self.pieces = []
        if self.library.espeak_SetVoiceByName(voice.encode()) != 0:
            raise ValueError("no voice " + voice)
        for parameter, value in ((SPEED, speed), (PITCH, pitch), (PITCH_RANGE, pitch_range)):
            self.library.espeak_SetParameter(parameter, int(value), 0)
        text = word.encode() + b"\0"
        self.library.espeak_Synth(text, len(text), 0, 1, 0, 1, None, None)
        self.library.espeak_Synchronize()
        return np.concatenate(self.pieces).astype(np.float32) / 2**15


def trimmed(sound, margin):
    loud = np.flatnonzero(np.abs(sound) > 0.02 * np.abs(sound).max())
    return sound[max(0, loud[0] - margin) : loud[-1] + margin]


def noise(length, random):
    """White, or rather low, as from one sound to the next."""
    white = np.fft.rfft(random.standard_normal(length))
    slope = random.choice([0.0, 0.5, 1.0])
    shaped = np.fft.irfft(white / np.maximum(1, np.arange(len(white))) ** slope, length)
    return shaped / np.sqrt(np.mean(shaped**2))


def mu_law(sound):
    """8 bits a sample, as G.711 has it."""
    samples = np.clip(np.round(sound * 32767), -32635, 32635).astype(int)
    magnitude = np.abs(samples) + 132
    exponent = np.floor(np.log2(magnitude)).astype(int) - 7
    mantissa = (magnitude >> (exponent + 3)) & 15
    sign = np.where(samples < 0, 0x80, 0)
    return (~(sign | exponent << 4 | mantissa) & 0xFF).astype(np.uint8).tobytes()


def wave(sound):
    data = mu_law(sound)
    data += b"\xff" * (len(data) % 2)
    form = struct.pack("<HHIIHHH", 7, 1, RATE, RATE, 1, 8, 0)
    body = b"WAVEfmt " + struct.pack("<I", len(form)) + form
    body += b"data" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", len(body)) + body


def sound(synthesiser, word, voice, random):
    clean = synthesiser.say(
        word,
        random.choice(ACCENTS) + "+" + voice,
        random.integers(140, 231),
        random.integers(30, 71),
        random.integers(30, 71),
    )
    clean = resample(torch.from_numpy(clean), synthesiser.rate, RATE).numpy()
    clean = trimmed(clean, int(random.integers(80, 400)))
    power = np.sqrt(np.mean(clean**2))
    noisy = clean + power * 10 ** (-random.uniform(8, 25) / 20) * noise(len(clean), random)
    return noisy / np.abs(noisy).max() * random.uniform(0.2, 0.9)


def main(path):
    random = np.random.default_rng(SEED)
    synthesiser = Synthesiser()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:

        def add(name, content):
            entry = zipfile.ZipInfo(name, (2025, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            packed.writestr(entry, content)

        number = 0
        for part, voices, takes in (
            ("labelled", LABELLED, 1),
            ("unlabelled", UNLABELLED, 2),
            ("test", TEST, 2),
        ):
            for voice in voices:
                for word in DIGITS:
                    for take in range(takes):
                        content = wave(sound(synthesiser, word, voice, random))
                        if part == "unlabelled":
                            add(f"unlabelled/{random.integers(10**9):09d}.wav", content)
                        else:
                            add(f"{part}/{word}/{voice}-{take}.wav", content)
                        number += 1
    print(number, "sounds", file=sys.stderr)


if __name__ == "__main__":
    main(sys.argv[1])
