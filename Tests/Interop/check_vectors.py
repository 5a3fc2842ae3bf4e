"""TestVectors/: the folder, its manifest and schema, and each vector against this reader."""

import json

import cbor2
import jsonschema

import cbor_strict as cbor
import envelope
import exchange_objects
import vector_areas as areas
from cbor_strict import Refused
from vector_areas import AREAS, Negative, raw

POSITIVE, NEGATIVE = ("accept", "warn"), ("malformed", "refused")
NOT_VECTORS = {"manifest.json", "schema.json", "README.md", "LICENSE", "LICENSE.md"}
ROOTS = {"identity": "identity", "staff": "staff-certificate", "status": "status-list",
         "passport": "passport", "grant": "grant", "withdrawal": "withdrawal",
         "keyfile": "key-file", "disclosure": "disclosure", "section": "section",
         "audit-entry": "audit-stored-entry", "receipt": "receipt"}
OPENINGS = ("envelope", "swaps", "verification")


class Folder:
    def __init__(self, path):
        self.path = path
        self.manifest = json.loads((path / "manifest.json").read_text())
        schema = json.loads((path / "schema.json").read_text())
        self.schemas = {one["title"]: jsonschema.Draft202012Validator(one)
                        for one in schema["oneOf"]}
        self.files = sorted(path.glob("*/*.json"))

    def problems(self):
        """What is wrong with the folder itself."""
        wrong, counts = [], {}
        strays = [one for one in self.path.rglob("*") if one.is_file()
                  and one not in self.files and one.name not in NOT_VECTORS]
        wrong += [f"a stray file: {one.relative_to(self.path)}" for one in strays]
        for file in self.files:
            vector = json.loads(file.read_text(), object_pairs_hook=unique)
            area, verdict = file.parent.name, vector.get("verdict")
            if (vector.get("area"), vector.get("scenario")) != (area, file.stem):
                wrong.append(f"{area}/{file.name}: another area or scenario inside")
            counts.setdefault(area, {"vectors": 0})
            for key in ("vectors", verdict):
                counts[area][key] = counts[area].get(key, 0) + 1
        named = {area: {key: one for key, one in count.items() if one}
                 for area, count in self.manifest["areas"].items() if count["vectors"]}
        if named != counts:
            areas_of = set(named) | set(counts)
            wrong += [f"manifest: {area}: {named.get(area)} but there are {counts.get(area)}"
                      for area in sorted(areas_of) if named.get(area) != counts.get(area)]
        if self.manifest["vectors"] != len(self.files):
            wrong.append(f"manifest: {self.manifest['vectors']} but there are {len(self.files)}")
        wrong += [f"manifest: no vectors of area {area}" for area in sorted(AREAS)
                  if area not in counts]
        wrong += [f"an area without a reader: {area}" for area in sorted(
            (set(counts) | set(self.schemas) | set(self.manifest["areas"])) - set(AREAS))]
        return wrong

    def vectors(self):
        for file in self.files:
            yield file.parent.name, json.loads(file.read_text())

    def form(self, vector):
        """Unknown and missing keys of one vector."""
        schema = self.schemas.get(vector.get("area"))
        if schema is None:
            return ["an unknown area"]
        return [one.message[:200] for one in schema.iter_errors(vector)]


def unique(pairs):
    if len({key for key, _ in pairs}) != len(pairs):
        raise Refused("vector", "a key twice")
    return dict(pairs)


def run(vector):
    """Complaints about one vector; none when this reader agrees."""
    if vector["area"] not in AREAS:
        return ["an unknown area"]
    found, verdict = {}, "accept"
    try:
        found = AREAS[vector["area"]](vector["input"])
        verdict = found.pop("verdict", "accept")
    except Refused as cause:
        verdict, found = f"refused ({cause})", {}
    except Negative as cause:
        verdict = f"refused ({cause})"
        if cause.verdict not in (None, vector["verdict"]):
            return [f"{cause.verdict} ({cause}) instead of {vector['verdict']}"]
    wrong = []
    wanted = vector["verdict"]
    if wanted in NEGATIVE and not verdict.startswith("refused"):
        wrong.append(f"verdict {verdict} instead of {wanted}")
    if wanted in POSITIVE and verdict != wanted:
        wrong.append(f"verdict {verdict} instead of {wanted}")
    if found and not (wanted in NEGATIVE and not vector["expected"]):
        wrong += differences(vector.get("intermediate", {}), found, True)
        wrong += differences(vector["expected"], found, False)
    elif vector["expected"]:
        wrong.append("nothing found")
    return wrong


def differences(wanted, found, optional):
    return [f"{key}: {short(found.get(key))} instead of {short(value)}"
            for key, value in wanted.items()
            if as_set(found.get(key)) != as_set(value) and not (optional and key not in found)]


def as_set(value):
    """A verdict with its findings in one order: two readers compare them as sets."""
    if isinstance(value, dict) and isinstance(value.get("findings"), list):
        return dict(value, findings=sorted(json.dumps(one, sort_keys=True)
                                           for one in value["findings"]))
    return value


def short(value):
    text = json.dumps(value)
    return text if len(text) < 300 else text[:300] + "…"


# --- A second CBOR decoder, and CDDL ------------------------------------------------------------


def plain(item):
    """The form in which both decoders can be compared; None where there are tags or odd keys."""
    if type(item) is list:
        return [plain(one) for one in item]
    if isinstance(item, dict):
        return sorted((repr(key), repr(plain(one))) for key, one in item.items())
    return item


def has_tags(item):
    if type(item) is list:
        return any(has_tags(one) for one in item)
    if type(item) is dict:
        return any(type(key) is cbor.OddKey or has_tags(one) for key, one in item.items())
    return type(item) is cbor.Tag


def second_decoder(data):
    """cbor2 finds the same in what was accepted."""
    item = cbor.decode(data)
    if has_tags(item) or repr(plain(item)) == repr(plain(cbor2.loads(data))):
        return []
    return ["cbor2 reads something else"]


def cddl(checker, vector):
    """CDDL complaints about everything in a positive vector."""
    area, given = vector["area"], vector["input"]
    if area == "manifest":
        return [one for data in given["manifests"] for one in checker.check("manifest", raw(data))]
    if area in ROOTS:
        return checker.check(ROOTS[area], raw(given["bytes"]))
    if area == "invitation":
        return checker.check("invitation", exchange_objects.Invitation(given["text"]).data)
    if area == "notice":
        notice = exchange_objects.Notice(raw(given["bytes"]), raw(given["seed"]))
        return checker.check("notice", raw(given["bytes"])) + checker.check(
            "notice-content", notice.content)
    if area == "audit-export":
        return checker.check_export(raw(given["bytes"]))
    if area not in OPENINGS:
        return []
    known = areas.knowledge_of(given["knowledge"])
    opening = envelope.Opening(
        raw(given["envelope"]), areas.opener_of(given["opener"], known.ourselves), known, 1)
    wrong = checker.check("envelope", raw(given["envelope"]))
    wrong += checker.check("content", opening.content_bytes)
    return wrong + checker.check("box-payload", opening.box_bytes)
