"""The language of episodes: answers from a space too large to learn by heart, and questions.

An answer is a word, a phrase, an acronym or a code, in any letter case. Words come from the element
names of the DICOM standard (through pydicom's dictionary), from the short clinical list below, and,
mostly, from syllables drawn anew. One word in ten, by its checksum, is held back: it is never an
answer in training.
"""

import zlib
from functools import cache

from numpy.random import Generator
from pydicom._dicom_dict import DicomDictionary

CLINICAL = (
    "normal abnormal benign malignant clear nodule mass cyst lesion opacity effusion edema "
    "fracture pneumonia atelectasis cardiomegaly consolidation infiltrate pneumothorax emphysema "
    "fibrosis hemorrhage infarct ischemia stroke tumor carcinoma adenoma sarcoma lymphoma "
    "melanoma glioma "
    "metastasis abscess stenosis thrombus embolism aneurysm calcification dilatation atrophy "
    "hernia polyp ulcer stone swelling lung liver kidney spleen heart brain bone spine rib skull "
    "hand foot knee hip shoulder chest abdomen pelvis head neck breast thyroid prostate bladder "
    "stomach colon bowel pancreas gallbladder aorta artery vein nerve muscle fat skin axial "
    "sagittal coronal frontal lateral anterior posterior left right upper lower middle lobe apex "
    "base hilum round oval spindle lobulated smooth spiculated irregular diffuse focal solid "
    "cystic cells cell nucleus stroma gland duct epithelium lymphocyte neutrophil platelet plasma "
    "smear stained mild moderate severe acute chronic grade stage present absent yes no none "
    "bright dark "
    "grey dense sparse small large thick thin regular"
).split()

_ONSETS = (
    "b bl br c ch cl cr d dr f fl fr g gl gr h j k l m n p ph pl pr qu r s sc sh sl sp st t th tr "
    "v w x y z"
).split()
_VOWELS = "a e i o u a e i o ai ea ee ia io oi oo ou ue y".split()
_CODAS = (
    ("- - - b c d f g k l m n p r s t x z ct ft ld lm lt mp nd ng nk nt rd rm rn rt sk st th")
    .replace("-", "")
    .split(" ")
)

STYLES = {
    "word": 0.5, "phrase": 0.12, "shared": 0.18, "camel": 0.1, "acronym": 0.06, "code": 0.04,
}  # fmt: skip
"""How often an episode's answers are of each style."""
RANDOM = frozenset({"acronym", "code"})

_SUBJECTS = ("this", "it", "the picture", "the image", "the finding", "that")
_FRAMES = (
    "What is {0}?",
    "What does {0} show?",
    "Which class is {0}?",
    "Name {0}.",
    "What is this?",
    "What is seen?",
    "What do you see?",
    "Label?",
    "Diagnosis?",
    "Which kind?",
    "Finding?",
    "Class?",
    "What is shown?",
    "Which one?",
    "Describe {0}.",
    "Which cells are these?",
    "What does the marked region show?",
    "Which {1}?",
    "Which {1} is shown?",
    "What is the {1}?",
)
_YES_NO = (
    "Is there {0}?",
    "Is {0} present?",
    "Does this show {0}?",
    "Is {0} seen?",
    "Any {0}?",
    "Is this {0}?",
    "Do you see {0}?",
    "Is there a {0}?",
)
_HOW_MANY = ("How many {0} are there?", "How many {0}?", "Count the {0}.", "How many?")
_WHERE = ("Where is the {0}?", "On which side is the {0}?", "Which side?", "Where are the {0}?")


@cache
def vocabulary() -> tuple[str, ...]:
    """Give every real word that may occur, lower case, sorted."""
    names = {word for entry in DicomDictionary.values() for word in entry[2].split()}
    plain = {word.lower() for word in names if word.isalpha() and 2 < len(word) < 11}
    return tuple(sorted(plain | set(CLINICAL)))


def is_held_back(word: str) -> bool:
    """Tell whether `word` is never part of an answer in training."""
    return zlib.crc32(word.lower().encode()) % 10 == 0


def _syllables(rng: Generator) -> str:
    count = int(rng.choice([1, 2, 3], p=[0.45, 0.43, 0.12]))
    parts = [
        _ONSETS[rng.integers(len(_ONSETS))] + _VOWELS[rng.integers(len(_VOWELS))]
        for _ in range(count)
    ]
    return "".join(parts) + _CODAS[rng.integers(len(_CODAS))]


def draw_word(rng: Generator, *, held_back: bool = False) -> str:
    """Draw a lower-case word that is (or is not) held back from training's answers."""
    while True:
        words = vocabulary()
        real = rng.random() < 0.35
        word = words[rng.integers(len(words))] if real else _syllables(rng)
        if is_held_back(word) == held_back:
            return word


def draw_answers(rng: Generator, count: int, *, held_back: bool = False) -> list[str]:
    """Draw distinct answers of one style for the classes of an episode.

    held_back: of held-back words alone. Letters and digits drawn at random cannot be held back.
    """
    while (style := str(rng.choice(list(STYLES), p=list(STYLES.values())))) in RANDOM and held_back:
        pass
    case = rng.choice(["lower", "title", "upper"], p=[0.65, 0.22, 0.13])
    shared, leads = draw_word(rng, held_back=held_back), rng.random() < 0.4
    found: list[str] = []
    while len(found) < count:
        answer = _draw_answer(rng, style, shared, leads=bool(leads), held_back=held_back)
        if style not in RANDOM | {"camel"}:
            answer = {"lower": str.lower, "title": str.capitalize, "upper": str.upper}[case](answer)
        if answer not in found:
            found.append(answer)
    return found


def _draw_answer(rng: Generator, style: str, shared: str, *, leads: bool, held_back: bool) -> str:
    word = draw_word(rng, held_back=held_back)
    if style == "phrase":
        return f"{word} {draw_word(rng, held_back=held_back)}"
    if style == "shared":
        return f"{shared} {word}" if leads else f"{word} {shared}"
    if style == "camel":
        return word.capitalize() + draw_word(rng, held_back=held_back).capitalize()
    if style == "acronym":
        letters = rng.integers(ord("A"), ord("Z") + 1, int(rng.integers(2, 6)))
        return "".join(chr(letter) for letter in letters)
    if style == "code":
        return f"{word} {rng.integers(1, 100)}"
    return word


def draw_question(rng: Generator) -> str:
    """Draw a question that any label may answer."""
    frame = _FRAMES[rng.integers(len(_FRAMES))]
    return frame.format(_SUBJECTS[rng.integers(len(_SUBJECTS))], draw_word(rng))


def draw_yes_no(rng: Generator, word: str) -> str:
    """Draw a yes/no question about `word`."""
    return _YES_NO[rng.integers(len(_YES_NO))].format(word)


def draw_how_many(rng: Generator, word: str) -> str:
    """Draw a question for a number of `word`."""
    return _HOW_MANY[rng.integers(len(_HOW_MANY))].format(word)


def draw_where(rng: Generator, word: str) -> str:
    """Draw a question for the place of `word`."""
    return _WHERE[rng.integers(len(_WHERE))].format(word)
