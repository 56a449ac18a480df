"""Prints exact match and F1 of pairs of answers, the numbers that AnswerTextsTest compares with.

Written a second time after the definition of SQuAD 2.0's evaluation (Rajpurkar et al. 2018,
arXiv:1806.03822), with Python's own strings: lower case, no punctuation of ASCII, no articles, and
words between any spaces.

    python src/dev/python/answer_goldens.py
"""

import re
import string
from collections import Counter

PAIRS = [
    ("The  Empire State Building!", "empire state building"),
    ("in New York City", "New York"),
    ("York, York", "York"),
    ("a the an", ""),
    ("", "London"),
    ("", ""),
    ("U.S.A.", "usa"),
    ("Théâtre, the", "theatre"),
    ("l'été", "été"),
    ("Éa the É", "ÉA É"),
    ("an-other", "another"),
    ("the the London", "London of the kings"),
    ("...", "London"),
]


def words(answer):
    plain = answer.lower().translate(str.maketrans("", "", string.punctuation))
    return re.sub(r"\b(?:a|an|the)\b", " ", plain).split()


def f1(predicted, expected):
    if not predicted or not expected:
        return float(predicted == expected)
    shared = sum((Counter(predicted) & Counter(expected)).values())
    return 2 * shared / (len(predicted) + len(expected))


for predicted, expected in PAIRS:
    p, e = words(predicted), words(expected)
    print(f"{predicted!r}, {expected!r}, {int(p == e)}, {f1(p, e)}")
