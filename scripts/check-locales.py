#!/usr/bin/env python3
"""Checks the locale files of what is printed: every language has every key with the same places,
and no text says what the paper is about. `--self-test` feeds it broken tables."""
import json
import re
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "Sources/PassportPaper/Locales"
LANGUAGES = ["en", "ar", "fa", "tr", "de", "fr"]
# Words that an officer could read something into, in every language that is printed.
TELLING = re.compile(
    r"health|care|clinic|patient|passport|doctor|medic|mental|psych|therap|refugee|migra|asyl|"
    r"gesund|pflege|klinik|arzt|krank|santé|soin|médec|malad|sağlık|doktor|hasta|klinik|tedavi|"
    r"صح|طب|مريض|عيادة|نفس|علاج|لاجئ|سلامت|پزشک|بیمار|درمان|روان|پناه|پاسپورت|جواز", re.I)


def places(text):
    return sorted(re.findall(r"\{\d\}", text))


def check(tables):
    broken = []
    source = tables.get("en", {})
    for language in LANGUAGES:
        table = tables.get(language)
        if table is None:
            broken.append(f"{language}: there is no file")
            continue
        for key in sorted(set(source) - set(table)):
            broken.append(f"{language}: '{key}' is missing")
        for key in sorted(set(table) - set(source)):
            broken.append(f"{language}: '{key}' is not in the source")
        if table.get("review") not in ({"source"} if language == "en" else {"pending", "done"}):
            broken.append(f"{language}: 'review' says neither pending nor done")
        for key in sorted(set(table) & set(source) - {"review"}):
            if places(table[key]) != places(source[key]):
                broken.append(f"{language}: '{key}' has other places")
            if not table[key].strip() or (
                    language != "en" and table[key] == source[key]):
                broken.append(f"{language}: '{key}' is not translated")
            if TELLING.search(table[key]):
                broken.append(f"{language}: '{key}' says '{TELLING.search(table[key]).group(0)}'")
    return broken


def self_test():
    good = {"review": "pending", "a": "x {0}"}
    tables = {"en": {"review": "source", "a": "y {0}"},
              **{language: dict(good) for language in LANGUAGES[1:]}}
    cases = {
        "missing key": {"ar": {"review": "pending"}}, "missing file": {"fa": None},
        "extra key": {"tr": {**good, "b": "z"}}, "other places": {"de": {**good, "a": "x"}},
        "no review": {"fr": {"a": "x {0}"}}, "telling": {"de": {**good, "a": "Klinik {0}"}},
        "untranslated": {"fr": {**good, "a": "y {0}"}},
    }
    missed = [name for name, change in cases.items() if not check({**tables, **change})]
    return missed + (["a sound table"] if check(tables) else [])


def main():
    missed = self_test()
    if missed:
        print(f"self-test: not found: {missed}")
        return 1
    if "--self-test" in sys.argv:
        return 0
    tables = {language: json.loads((FOLDER / f"paper.{language}.json").read_text("utf-8"))
              for language in LANGUAGES if (FOLDER / f"paper.{language}.json").is_file()}
    broken = check(tables)
    for line in broken:
        print(f"locale: {line}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
