#!/usr/bin/env python3
"""Counts, per JSON file below a folder, the medication, allergy and problem entries of a bundle.

Shares nothing with the importer: its numbers are what "taken + dropped" is compared with.
Prints one JSON object: path relative to the folder -> counts, or null where the file is no
FHIR document bundle. "coded" counts entries in which some coding has a system and a code,
looking through medication references.
"""
import json
import pathlib
import sys

KINDS = {
    "MedicationStatement": "medications",
    "MedicationRequest": "medications",
    "AllergyIntolerance": "allergies",
    "Condition": "problems",
}


def is_coded(concept):
    codings = concept.get("coding", []) if isinstance(concept, dict) else []
    return any(
        isinstance(c, dict) and c.get("system") and c.get("code") for c in codings
    )


def named(bundle, holder, reference):
    target = reference.get("reference", "") if isinstance(reference, dict) else ""
    if target.startswith("#"):
        return next(
            (r for r in holder.get("contained", []) if r.get("id") == target[1:]), None
        )
    for entry in bundle["entry"]:
        if entry.get("fullUrl") == target and target:
            return entry.get("resource")
    tail = "/".join(target.split("/_history")[0].split("/")[-2:])
    for entry in bundle["entry"]:
        resource = entry.get("resource", {})
        own = f"{resource.get('resourceType')}/{resource.get('id')}"
        full = "/".join(entry.get("fullUrl", "").split("/")[-2:])
        uuid = f"urn:uuid:{resource.get('id')}"
        if tail and tail in (own, full) or target == uuid:
            return resource
    return None


def concept_of(bundle, resource):
    if not resource["resourceType"].startswith("Medication"):
        return resource.get("code")
    if "medicationCodeableConcept" in resource:
        return resource["medicationCodeableConcept"]
    product = named(bundle, resource, resource.get("medicationReference")) or {}
    ingredients = product.get("ingredient", [])
    if not is_coded(product.get("code")) and len(ingredients) == 1:
        return ingredients[0].get("itemCodeableConcept")
    return product.get("code")


def count(path):
    try:
        bundle = json.loads(path.read_bytes().decode("utf-8-sig"))
    except ValueError:
        return None
    if not isinstance(bundle, dict) or bundle.get("resourceType") != "Bundle":
        return None
    if bundle.get("type") != "document":
        return None
    counts = {"entries": len(bundle.get("entry", []))}
    for kind in ("medications", "allergies", "problems"):
        counts[kind] = counts[kind + "Coded"] = 0
    for entry in bundle.get("entry", []):
        resource = entry.get("resource", {})
        kind = KINDS.get(resource.get("resourceType"))
        if kind:
            counts[kind] += 1
            counts[kind + "Coded"] += is_coded(concept_of(bundle, resource))
    return counts


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: count-ips.py FOLDER")
    root = pathlib.Path(sys.argv[1])
    files = sorted(root.rglob("*.json"))
    result = {str(f.relative_to(root)): count(f) for f in files}
    json.dump(result, sys.stdout, indent=1, sort_keys=True, ensure_ascii=True)
    print()


main()
