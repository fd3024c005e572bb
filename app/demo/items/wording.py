"""Names and specifications as a Chinese pharmacy prints them, and their pinyin search keys."""

import re

from pypinyin import Style, lazy_pinyin

_FORM_WORDS = {
    "片剂": "片",
    "片剂（含消旋）": "片",
    "片剂(Ⅰ)": "片（Ⅰ）",
    "片剂(Ⅱ)": "片（Ⅱ）",
    "缓释片剂": "缓释片",
    "颗粒剂": "颗粒",
    "散剂": "散",
    "丸剂": "丸",
    "合剂": "口服液",
    "口服溶液剂": "口服溶液",
    "混悬液": "口服混悬液",
    "干混悬剂": "干混悬剂",
    "注射液（含消旋）": "注射液",
    "注射液（短效、中效和预混30R）": "注射液",
    "注射液（腹腔用药）": "（腹腔用）",
    "灌肠剂（含甘油、山梨醇）": "",
    "软膏剂": "软膏",
    "乳膏剂": "乳膏",
    "眼膏剂": "眼膏",
    "滴眼剂": "滴眼液",
    "滴耳剂": "滴耳液",
    "滴鼻剂": "滴鼻液",
    "鼻喷雾剂": "鼻喷雾剂",
    "栓剂": "栓",
    "酊剂": "酊",
    "糖浆剂": "糖浆",
    "凝胶剂": "凝胶",
    "胶浆剂": "胶浆",
    "吸入溶液剂": "",
    "吸入用溶液": "吸入溶液",
    "外用溶液剂": "溶液",
}
_INFUSION_FORMS = ("氯化钠注射液", "葡萄糖注射液")
_TRADITIONAL_FORMS: dict[str, tuple[str, ...]] = {
    "丸剂": ("滴丸", "丸", "丹"),
    "片剂": ("片剂", "片"),
    "胶囊": ("胶囊", "胶丸"),
    "软胶囊": ("软胶囊",),
    "颗粒剂": ("颗粒",),
    "散剂": ("散",),
    "合剂": ("口服液", "合剂", "饮", "液"),
    "糖浆剂": ("糖浆", "露", "液"),
    "煎膏剂": ("膏",),
    "煎膏剂（膏滋）": ("膏",),
    "注射液": ("注射液",),
    "酊剂": ("水", "酊"),
    "软膏剂": ("软膏", "膏"),
    "栓剂": ("栓",),
    "贴膏剂": ("膏",),
    "气雾剂": ("气雾剂",),
    "缓释片": ("缓释片",),
    "肠溶片": ("肠溶片",),
    "凝胶剂": ("凝胶",),
    "滴眼剂": ("滴眼液",),
}
_GLUED_FORM = re.compile(
    r"(?<=[0-9a-zA-Zμg单位IU])(贴剂|颗粒剂|滴眼剂|缓释（.*|（琥珀酸盐）缓释.*|人干扰素.*|注射用人干扰素.*)$"
)
_UNNAMED_SPEC = {"混悬液", "干混悬剂", "栓剂", "散剂(Ⅰ、Ⅱ、Ⅲ)", "干混悬剂(Ⅰ型、Ⅱ型）"}
NO_SPEC = "按说明书"


def western_name(name: str, dose_form: str) -> str:
    """Return the name with its form, as on the box: 阿莫西林 + 胶囊 → 阿莫西林胶囊."""
    if dose_form.startswith("注射用"):
        return f"注射用{name}"
    if dose_form in _INFUSION_FORMS:
        return f"{name}{dose_form}"
    word = _FORM_WORDS.get(dose_form, dose_form)
    return name if name.endswith(word) else f"{name}{word}"


def traditional_name(name: str, dose_form: str) -> str:
    """Pick the one name a line means: 感冒清热颗粒（胶囊） in capsules is 感冒清热胶囊."""
    if dose_form == "注射用无菌粉末":
        frozen = re.search(r"注射用[^（、]+（冻干）", name)
        return frozen.group() if frozen else name
    head = re.split(r"、(?!.*）$)|）、", name)[0]
    if "（" not in head:
        return head
    first, _, others = head.rstrip("）").partition("（")
    known = sorted({form for forms in _TRADITIONAL_FORMS.values() for form in forms}, key=len)
    ending = next((form for form in reversed(known) if first.endswith(form)), "")
    stem = first.removesuffix(ending)
    for form in _TRADITIONAL_FORMS.get(dose_form, ()):
        if form in (ending, *others.split("、")):
            return stem + form
    return first


def clean_spec(spec: str) -> str:
    """Drop a dose form that OCR glued on; refer to the leaflet where nothing is given."""
    text = spec.strip()
    if not text or text in _UNNAMED_SPEC:
        return NO_SPEC
    return _GLUED_FORM.sub("", text).replace("/ ", "/").strip()


def pinyin_key(name: str) -> str:
    """Return initials and full pinyin, lower case: ``amxljn amoxilinjiaonang``."""
    initials = "".join(lazy_pinyin(name, style=Style.FIRST_LETTER))
    full = "".join(lazy_pinyin(name))
    return f"{_latin(initials)} {_latin(full)}"


def _latin(text: str) -> str:
    return "".join(letter for letter in text.lower() if letter.isascii() and letter.isalnum())
