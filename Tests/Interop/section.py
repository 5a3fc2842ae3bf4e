"""The structure of a section of a care summary (Spec/care-summary.md)."""

import calendar
import re

import cbor_strict as cbor
from cbor_strict import Refused

WORDS = dict(  # the last number of each vocabulary of this version
    cadre=15, intervention=13, presenting_problem=9, layer=4, setting=9, mode=6,
    intervention_status=5, stop_reason=9, score_mode=5, informant=5, direction=2,
    function_scale=2, risk=6, risk_level=6, sex=4, age_band=8, language_use=2, interpreter=3,
    access_need=7, difficulty=3, alert=4, criticality=3, allergy_category=4, severity=3,
    medicine_status=9, time_unit=7, day_time=19, stop_warning=4, clinical_status=6, certainty=4,
    statement=5, code_status=4, translation=3)
SYSTEMS = [
    "http://id.who.int/icd/release/11/mms", "http://hl7.org/fhir/sid/icd-10",
    "http://www.whocc.no/atc", "http://snomed.info/sct", "http://loinc.org",
    "http://www.nlm.nih.gov/research/umls/rxnorm", "http://hl7.org/fhir/sid/icd-10-cm",
    "urn:care-passport:instrument", "urn:care-passport:4ws", "http://standardterms.edqm.eu",
    "http://terminology.hl7.org/CodeSystem/v3-RouteOfAdministration", "urn:care-passport:alert"]
HIDDEN = {0x7F, 0x2028, 0x2029, 0xFEFF, *range(0x20), *range(0x80, 0xA0), *range(0x202A, 0x202F),
          *range(0x2066, 0x206A)}


def bad(what):
    raise Refused("coding.unexpectedItem", what)


def number(low, high):
    return lambda value, _: cbor.uint(low, high)(value)


def text(most):
    def check(value, _):
        if type(value) is not str or not 1 <= len(value) <= most:
            bad(f"text of 1…{most} characters")
        if any(ord(one) in HIDDEN for one in value):
            raise Refused("coding.malformedText", "a hidden character")
    return check


def pattern(expression, most):
    def check(value, unknown):
        text(most)(value, unknown)
        if not re.fullmatch(expression, value):
            bad("the form of a tag")
    return check


def data(count):
    return lambda value, _: cbor.bstr(count)(value)


def flag(value, _):
    if value is not True:
        bad("a flag is true or absent")


def date(value, _):
    if type(value) is not int or value < 1000:
        bad("a date")
    digits = str(value)
    year, month, day = int(digits[:4]), int(digits[4:6] or 1), int(digits[6:8] or 1)
    if len(digits) not in (4, 6, 8) or not 1 <= month <= 12:
        bad("a date")
    if not 1 <= day <= calendar.monthrange(year, month)[1]:
        bad("a day")


def decimal(value, _):
    if type(value) is not list or len(value) != 2:
        bad("a decimal")
    cbor.uint(-(10**15 - 1), 10**15 - 1)(value[0])
    cbor.uint(-9, 0)(value[1])


def word(name):
    def check(value, unknown):
        cbor.uint(1, 65535)(value)
        if value > WORDS[name]:
            unknown.append(f"{name} {value}")
    return check


def listed(element, most=16):
    def check(value, unknown):
        if type(value) is not list or not 1 <= len(value) <= most:
            bad(f"a list of 1…{most}")
        for one in value:
            element(one, unknown)
    return check


def record(must, may, filled=False):
    def check(value, unknown):
        if type(value) is not dict or (filled and not value):
            bad("a map" if type(value) is not dict else "an empty subject")
        for key, one in value.items():
            if type(key) is not int:
                bad("a key that is not a whole number")
            if key in must:
                must[key](one, unknown)
            elif key in may:
                may[key](one, unknown)
            else:
                unknown.append(f"key {key}")  # kept, whatever it holds
        missing = [key for key in must if key not in value]
        if missing:
            raise Refused("coding.missingKey", str(missing[0]))
    return check


def system(value, unknown):
    if type(value) is str:
        text(200)(value, unknown)
        if value in SYSTEMS:
            bad("a numbered code system as text")
    else:
        cbor.uint(1, 65535)(value)
        if value > len(SYSTEMS):
            unknown.append(f"code system {value}")


def step(value, unknown):
    if value is not None:
        text(280)(value, unknown)


SHORT, DISPLAY, TAG = text(40), text(160), pattern("[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*", 35)
COUNTRY = pattern("[A-Z]{2}", 2)
CODE = record({1: system, 2: text(64), 4: word("code_status")}, {3: DISPLAY})
CODES = listed(CODE, 4)
STATEMENTS = listed(word("statement"))
PROVENANCE = record({1: word("cadre"), 2: date, 4: word("translation")}, {3: data(32)})

REACTION = record({1: CODES}, {2: word("severity")})
ALERT = record({1: word("alert"), 2: CODES}, {
    3: word("clinical_status"), 4: word("certainty"), 5: word("criticality"),
    6: listed(word("allergy_category")), 7: listed(REACTION), 8: date, 9: date})
EMERGENCY = record({}, {
    1: record({}, {1: SHORT, 2: number(1000, 9999), 3: word("age_band"), 4: word("sex")},
              filled=True),
    2: listed(record({1: TAG}, {2: listed(word("language_use")), 3: flag})),
    3: word("interpreter"),
    4: listed(record({1: word("access_need")}, {2: word("difficulty")})),
    5: listed(ALERT, 64), 6: STATEMENTS,
    7: listed(record({1: date}, {2: word("cadre"), 3: CODE, 4: data(32)}))})

DOSE = record({1: decimal}, {2: SHORT, 3: flag})
FREQUENCY = record({1: number(1, 999), 2: decimal, 3: word("time_unit")}, {})
DOSAGE = record({}, {1: DOSE, 2: DOSE, 3: FREQUENCY, 4: listed(word("day_time")), 5: flag,
                     6: CODES})
MEDICINE = record({1: CODES}, {
    2: word("medicine_status"), 3: listed(DOSAGE), 4: date, 5: date, 6: date, 7: date, 8: date,
    9: word("cadre"), 10: listed(word("stop_warning")), 11: date})
MEDICATION = record({}, {1: listed(MEDICINE, 64), 2: STATEMENTS})

INTERVENTION = record({1: word("intervention")}, {
    2: SHORT, 3: number(0, 999), 4: number(1, 999), 5: date, 6: date, 7: word("mode"), 8: TAG,
    9: word("intervention_status"), 10: word("stop_reason"), 11: word("cadre")})
EPISODE = record({}, {
    1: word("layer"), 2: CODE, 3: SHORT, 4: word("cadre"), 5: word("setting"), 6: COUNTRY,
    7: listed(INTERVENTION), 8: date, 9: date, 10: word("stop_reason")})
CARE = record({}, {
    1: listed(EPISODE), 2: listed(record({1: word("presenting_problem")}, {2: date}))})

SCORE = record({1: CODE, 6: decimal, 9: word("direction")}, {
    2: SHORT, 3: TAG, 4: word("score_mode"), 5: word("informant"), 7: number(0, 999), 8: date,
    10: decimal, 11: DISPLAY})
SCORES = record({}, {
    1: listed(SCORE, 64),
    2: listed(record({1: word("function_scale"), 2: decimal}, {3: date}))})

ENTRY = record({1: CODES}, {
    2: word("clinical_status"), 3: word("certainty"), 4: word("cadre"), 5: date, 6: date, 7: date})
DIAGNOSIS = record({}, {1: listed(ENTRY, 64), 2: STATEMENTS})

RISK = record({1: word("risk"), 2: word("risk_level"), 3: date, 5: date}, {4: CODE})
RISKS = record({}, {1: listed(RISK), 2: record({}, {key: step for key in range(1, 8)})})

NAMES = {1: "emergency", 2: "medication", 3: "care", 4: "scores", 5: "diagnosis", 6: "risk"}
KINDS = {1: EMERGENCY, 2: MEDICATION, 3: CARE, 4: SCORES, 5: DIAGNOSIS, 6: RISKS}


class Section:
    """`unknown` names what this version does not know; it is kept and counted."""

    def __init__(self, encoded):
        cbor.limit(encoded, 24572, "sectionBytes")
        item = cbor.decode(encoded)
        self.unknown = []
        if type(item) is not dict:
            bad("a map")
        self.kind = cbor.uint(1, 65535)(item.get(1))

        def content(value, unknown):
            if type(value) is not dict:
                bad("content")
            if self.kind in KINDS:
                KINDS[self.kind](value, unknown)
            else:
                unknown.append(f"kind {self.kind}")
        record({1: number(1, 65535), 2: data(16), 3: PROVENANCE, 4: content}, {5: data(16)})(
            item, self.unknown)
        self.person, self.content, self.supersedes = item[2], item[4], item.get(5)
        self.item = item
        if cbor.encode(item) != encoded:
            raise Refused("coding.notDeterministic")
