"""Checks documents against the schema of their form: a schema (.json, .xsd or
.rng), then paths of documents. Says what is wrong, and fails."""

import json
import sys

import jsonschema
from lxml import etree


def checker(path):
    if path.endswith(".json"):
        with open(path, encoding="utf-8") as file:
            schema = json.load(file)
        of = jsonschema.validators.validator_for(schema)
        of.check_schema(schema)
        validator = of(schema, format_checker=of.FORMAT_CHECKER)

        def problems(document):
            with open(document, encoding="utf-8") as file:
                return [f"{e.json_path}: {e.message}" for e in validator.iter_errors(json.load(file))]
    else:
        kind = etree.XMLSchema if path.endswith(".xsd") else etree.RelaxNG
        schema = kind(etree.parse(path))

        def problems(document):
            schema.validate(etree.parse(document))
            return [f"line {e.line}: {e.message}" for e in schema.error_log]

    return problems


problems = checker(sys.argv[1])
found = [f"{document}: {problem}" for document in sys.argv[2:] for problem in problems(document)]
print("\n".join(found), file=sys.stderr)
sys.exit(1 if found else 0)
