"""Writes the scores that the tests of texts against references compare with.

All texts are made up here: by hand, of a small grammar, or of characters that are drawn. sacrebleu
divides them into words, and scores them with its default settings.

    python -m pip install sacrebleu==2.6.0
    python src/dev/python/text_score_goldens.py \
        > tribuo-distill/src/test/resources/org/tribuo/distill/generation/text-scores.json
"""

import json
import random
import sys

import sacrebleu
from sacrebleu.metrics import BLEU

SEED = 2002

BY_HAND = [
    "It costs 1,000.5 dollars, or 1.000,5 euros.",
    "I don't know, she said: 'it isn't theirs'.",
    "The U.S. and the U.K., e.g. in 1999, i.e. then.",
    "A well-known 10-year-old, 5-4 and 3-, -2 or A-1.",
    "He wrote &quot;yes &amp; no&quot; &lt;here&gt; &amp;lt;there&amp;gt; &apos;.",
    "Die Mädchen über dem Fluß hören „schöne“ Töne – für 3,50 € im Café.",
    "What?! (Really...) [no]; {maybe}/never @home #1 50% $5 ^ _ ` ~ | \\ * + = < >",
    "..5 a..5 1.,2 .,., 7. ,8 9, .",
    "co-\noperate and re-\ndo\nthis-\n",
    "a\u00a0b\u2003c\u3000d\u001ce\u0085f\u2028g\u200bh\ti\r\nj",
    "<skipped>one<skipped> two-\n<skipped>",
    "😀 good👍🏽 𝒳-ray 1😀.😀,2",
    "你好,世界。こんにちは、世界!",
    "e\u0301té été",
    "",
    " \t ",
    "word",
]

NASTY = [*"ab1290.,.,-'\"&;:()/<>_é€😀", "&quot;", "&amp;", " ", " ", " ", "\u00a0", "\u001c", "-\n", "\n", "<skipped>"]

SUBJECTS = [
    "A dog", "The old teacher", "My neighbour's cat", "Die Köchin", "Ein müder Bär", "Der Schüler",
    "Two-thirds of them", "Mr. Brown", "The U.S. team", "Frau Müller-Lüdenscheidt", "Nobody", "Jürgen",
]  # fmt: skip
VERBS = [
    "sees", "doesn't like", "hört", "weighs", "kauft", "has painted", "öffnet", "re-reads", "wäscht",
    "sold", "versteht", "is looking at",
]  # fmt: skip
OBJECTS = [
    "1,250.75 apples", "a green bicycle", "die süßen Brötchen", "the \"blue\" door", "3,5 kg Äpfel",
    "a 12-string guitar", "the house (again)", "&quot;Der Fluß&quot;", "50% of it", "große Vögel",
    "some sandwiches & tea", "10-15 letters",
]  # fmt: skip
PLACES = [
    "in the garden", "am Ufer der Donau", "at 9.30 a.m.", "über den Dächern", "on the 3rd floor",
    "bei Regen", "near St. Mary's", "während der Prüfung", "with a smile :-)", "for 20€", "😀", "",
]  # fmt: skip
ENDS = [".", "!", "?", "...", ", isn't it?", "", " ."]


def sentence(draw):
    parts = [draw.choice(kind) for kind in (SUBJECTS, VERBS, OBJECTS, PLACES)]
    return " ".join(part for part in parts if part) + draw.choice(ENDS)


def altered(text, draw, lost, doubled, other):
    """Words are lost, doubled, or replaced by others, each with the probability stated."""
    words = []
    for word in text.split(" "):
        chance = draw.random()
        if chance < lost:
            continue
        if chance < lost + doubled:
            words += [word, word]
        elif chance < lost + doubled + other:
            words.append(draw.choice(sentence(draw).split(" ")))
        else:
            words.append(word)
    return " ".join(words)


def made_up(count, references, lost, doubled, other):
    draw = random.Random(SEED)
    texts = [sentence(draw) for _ in range(count)]
    return (
        [altered(text, draw, lost, doubled, other) for text in texts],
        [
            [text] + [altered(text, draw, 0.1, 0.1, 0.2) for _ in range(references(i) - 1)]
            for i, text in enumerate(texts)
        ],
    )


def drawn(count):
    draw = random.Random(SEED)
    return ["".join(draw.choices(NASTY, k=draw.randrange(25))) for _ in range(count)]


def single(pairs):
    return [text for text, _ in pairs], [[reference] for _, reference in pairs]


CORPORA = {
    "identical texts": single([(text, text) for text in BY_HAND]),
    "no overlap": single([("The dog barks loudly today", "Χίλιες μύριες όμορφες λέξεις")]),
    "no overlap of words": single([("walked talked asked", "walks talks asks")]),
    "an empty text": single([("", "There is something.")]),
    "an empty text among others": single(
        [("", "There is something."), ("A man walks by the sea.", "A man walks by the lake.")]
    ),
    "an empty reference": single([("There is something here.", ""), ("Yes, it is here.", "Yes, it was here.")]),
    "nothing": single([("", "")]),
    "one word each": single([("Yes", "Yes"), ("No", "No"), ("Maybe", "Perhaps")]),
    "two words each": single([("Good morning", "Good morning"), ("Good night", "Good evening")]),
    "no two words in the same order": single([("one two three four five", "five four three two one")]),
    "no three words in the same order": single([("the red car is not here", "here the red is car not")]),
    "four words": single([("Good morning my friend", "Good morning my friend")]),
    "another case": single([("the Sea is Blue today", "The sea is blue today")]),
    "repeated words": single([("the the the the the the the", "the cat is on the mat")]),
    "shorter": single([("A man is standing", "A man is standing on the bridge, and waits.")]),
    "longer": single([("A man is standing on the bridge, and waits.", "A man is standing")]),
    "between two lengths": (
        ["a b c d e f"],
        [["a b c d e f g h", "a b c d"]],
    ),
    "several references, each with a part": (
        ["It is a guide to action that ensures the military obeys the party.", "He reads."],
        [
            [
                "It is a guide to action which keeps the military ready.",
                "A guide to action that ensures all of it.",
                "The military obeys the party, always.",
            ],
            ["He reads the book.", "He reads.", "Reading is what he does."],
        ],
    ),
    "references that are worth as little": (["xyz", "good"], [["a", "bbbbbbbb"], ["good"]]),
    "unlike numbers of references": made_up(60, lambda i: i % 4 + 1, 0.2, 0.1, 0.2),
    "300 texts": made_up(300, lambda i: 1, 0.1, 0.1, 0.15),
    "shorter texts": made_up(100, lambda i: 2, 0.4, 0, 0.05),
    "longer texts": made_up(100, lambda i: 2, 0, 0.4, 0.05),
    "drawn characters": (drawn(250)[:-1], [[text] for text in drawn(250)[1:]]),
}


def golden(name, texts, references):
    most = max(map(len, references))
    streams = [[of[i] if i < len(of) else None for of in references] for i in range(most)]
    bleu = sacrebleu.corpus_bleu(texts, streams)
    return {
        "name": name,
        "texts": texts,
        "references": references,
        "bleu": bleu.score,
        "precisions": bleu.precisions,
        "brevityPenalty": bleu.bp,
        "length": bleu.sys_len,
        "referenceLength": bleu.ref_len,
        "chrF": sacrebleu.corpus_chrf(texts, streams).score,
        "exactMatch": 100 * sum(text in of for text, of in zip(texts, references)) / len(texts),
    }


def words(text):
    return {"text": text, "words": BLEU()._preprocess_segment(text).split()}


json.dump(
    {
        "words": [words(text) for text in BY_HAND + drawn(250)],
        "corpora": [golden(name, *corpus) for name, corpus in CORPORA.items()],
    },
    sys.stdout,
    ensure_ascii=False,
    indent=1,
)
print()
