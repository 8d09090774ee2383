"""Asks a server everything that its schema allows, with values that chance picks.

    fuzz.py URL CASES [SEED] < TOKENS

TOKENS are those of people who may do anything, one a line: what is asked may end a
session, and then the next one goes on. Without any, nobody asks. CASES are spread over
all root fields of queries and mutations. Prints as JSON what was asked, which codes
were answered, and what no answer may be: a server error, an internal message, a request
that took too long, or a document that the schema allows and the server does not
understand. Each failure is made as small as it can be.
"""

import collections
import json
import re
import sys
import zlib

import graphql
import hypothesis
import requests
import schemathesis
from hypothesis import strategies as st
from schemathesis.graphql import nodes

URL, CASES = sys.argv[1], int(sys.argv[2])
SEED = int(sys.argv[3]) if len(sys.argv) > 3 else 1
TOKENS = sys.stdin.read().split()
SIGNED_IN = bool(TOKENS)
# Words of what runs below: none of it is for whoever asks.
INTERNAL = re.compile(
    r"internal error|panicked|sqlx|sqlite|sea[_-]?orm|postgres|DbErr|RecordNot|\.rs\b|"
    r"constraint|violates|no such (table|column)|datatype mismatch|deadlock|poisoned",
    re.IGNORECASE,
)

# Parts of the names of fields, and so of what their ids are of.
KINDS = ("revision", "user", "categor", "tag", "article")

session = requests.Session()


def ask(query, **variables):
    body = {"query": query, "variables": variables}
    return session.post(URL, json=body, timeout=60)


def sign_in():
    if SIGNED_IN:
        assert TOKENS, "more sessions were ended than there are"
        session.headers["authorization"] = f"Bearer {TOKENS.pop()}"


def known():
    """Ids by kind, and texts, that stand for something here."""
    view = "WORKING" if SIGNED_IN else "PUBLISHED"
    data = ask(
        "query($v: View!) { articles(first: 8, view: $v) { nodes { id path slug title section"
        " authors { name } } pageInfo { endCursor } }"
        " tags { nodes { id slug name path } } categories { nodes { id slug name path } }"
        " site { languages { tag } } }",
        v=view,
    ).json()["data"]
    ids = {kind: [] for kind in KINDS}
    texts = {data["articles"]["pageInfo"]["endCursor"]}
    for kind, rows in (("article", "articles"), ("tag", "tags"), ("categor", "categories")):
        for row in data[rows]["nodes"]:
            ids[kind].append(row["id"])
            texts.update(value for value in row.values() if isinstance(value, str) and value)
    texts.update(language["tag"] for language in data["site"]["languages"])
    if SIGNED_IN:
        more = ask(
            "{ users(first: 100) { nodes { id role } } articles(first: 3, view: WORKING) { nodes {"
            " revisions { nodes { id } } } } }"
        ).json()["data"]
        # Not those who ask: who has taken their own rights away can do no more.
        ids["user"] = [user["id"] for user in more["users"]["nodes"] if user["role"] != "ADMIN"]
        for article in more["articles"]["nodes"]:
            ids["revision"] += [revision["id"] for revision in article["revisions"]["nodes"]]
    return ids, sorted(texts)


sign_in()
IDS, TEXTS = known()
CHARACTERS = st.characters(codec="utf-8", exclude_categories=["Cs"])
TEXT = st.one_of(
    st.text(CHARACTERS, max_size=20),
    st.sampled_from(TEXTS),
    st.sampled_from(["", " ", "/", "/a/", "..", "%", "%00", "a\u202eb", "é", "杭州", "0", "true", "\n"]),
)
DATE_TIME = st.one_of(
    st.tuples(
        st.datetimes().map(lambda time: time.isoformat()),
        st.sampled_from(["Z", "+08:00", "-12:00", "+23:59", "-00:00"]),
    ).map("".join),
    st.sampled_from(["2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-12-31T23:59:60Z", "now"]),
)
URLS = st.one_of(
    st.sampled_from(["https://example.org/a?b#c", "/a/", "a.png", "mailto:a@example.org", "//x", "", "javascript:x"]),
    st.text(CHARACTERS, max_size=20),
)
LANGUAGES = st.sampled_from(["en", "zh-CN"] * 4 + ["zh-cn", "de", "x-private", "zh_CN", "", "en-Latn-GB-boont-x-y"])


def as_node(value):
    """A JSON value as GraphQL writes it."""
    if value is None:
        return nodes.Null
    if isinstance(value, bool):
        return nodes.Boolean(value)
    if isinstance(value, int):
        return nodes.Int(value)
    if isinstance(value, float):
        return nodes.Float(value)
    if isinstance(value, str):
        return nodes.String(value)
    if isinstance(value, list):
        return graphql.ListValueNode(values=tuple(as_node(item) for item in value))
    return graphql.ObjectValueNode(
        fields=tuple(
            graphql.ObjectFieldNode(name=graphql.NameNode(value=key), value=as_node(item))
            for key, item in value.items()
        )
    )


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.floats(-1e9, 1e9) | TEXT,
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["a", "b", "title", "_x"]), inner, max_size=3),
    max_leaves=5,
)
for name, values in {
    "DateTime": DATE_TIME.map(nodes.String),
    "Json": JSON.map(as_node),
    "LanguageTag": LANGUAGES.map(nodes.String),
    "Url": URLS.map(nodes.String),
    "ID": st.one_of(st.sampled_from(sum(IDS.values(), [])), TEXT).map(nodes.String),
    "String": TEXT.map(nodes.String),
    "Int": st.one_of([st.integers(0, 5)] * 5 + [st.integers(-(2**31), 2**31 - 1)]).map(nodes.Int),
}.items():
    schemathesis.graphql.scalar(name, values)

schema = schemathesis.graphql.from_url(URL, headers=dict(session.headers))
TYPES = graphql.build_client_schema(ask(graphql.get_introspection_query()).json()["data"])
ONE_OF = {
    type_["name"]
    for type_ in ask("{ __schema { types { name isOneOf } } }").json()["data"]["__schema"]["types"]
    if type_["isOneOf"]
}


class Mend(graphql.Visitor):
    """What the generator does not know: inputs that have one field, and which ids a
    field is about. A wrong id is refused before anything is looked at, so most are
    made right."""

    def __init__(self, types, kind):
        super().__init__()
        self.types, self.kind = types, kind

    def enter_field(self, node, *_):
        # A page is counted from one end.
        names = {argument.name.value for argument in node.arguments or ()}
        if not names >= {"first", "last"} or zlib.crc32(graphql.print_ast(node).encode()) % 5 == 0:
            return None
        kept = [one for one in node.arguments if one.name.value not in ("last", "before")]
        return graphql.FieldNode(
            name=node.name,
            alias=node.alias,
            arguments=tuple(kept),
            directives=node.directives,
            selection_set=node.selection_set,
        )

    def enter_argument(self, node, *_):
        # A cursor that chance picks is none.
        wrong = node.name.value in ("after", "before") and zlib.crc32(repr(node.value).encode()) % 5
        return graphql.REMOVE if wrong else None

    def enter_object_value(self, node, *_):
        type_ = graphql.get_named_type(self.types.get_input_type())
        if type_ is None or type_.name not in ONE_OF:
            return None
        fields = [field for field in node.fields if not isinstance(field.value, graphql.NullValueNode)]
        hypothesis.assume(fields)
        return graphql.ObjectValueNode(fields=tuple(fields[:1]))

    def enter_string_value(self, node, *_):
        type_ = graphql.get_named_type(self.types.get_input_type())
        ids = IDS.get(self.kind)
        number = zlib.crc32(node.value.encode())
        if type_ is None or type_.name != "ID" or not ids or number % 5 == 0:
            return None
        return graphql.StringValueNode(value=ids[number % len(ids)])


def mended(case):
    body = case.body if isinstance(case.body, str) else case.body["query"]
    field = case.operation.label.split(".")[1].lower()
    kind = next((kind for kind in KINDS if kind in field), None)
    types = graphql.TypeInfo(TYPES)
    visitor = graphql.TypeInfoVisitor(types, Mend(types, kind))
    document = graphql.visit(graphql.parse(body), visitor)
    return graphql.print_ast(with_mistakes(document) if body.startswith("mutation") else document)


def with_mistakes(document):
    """A mutation that asks what was wrong, too."""
    (operation,) = document.definitions
    (field,) = operation.selection_set.selections
    payload = graphql.get_named_type(TYPES.mutation_type.fields[field.name.value].type)
    if "userErrors" not in payload.fields:
        return document
    (told,) = graphql.parse("{ userErrors { message code } }").definitions
    selections = field.selection_set.selections + told.selection_set.selections
    field = graphql.FieldNode(
        name=field.name,
        alias=field.alias,
        arguments=field.arguments,
        directives=field.directives,
        selection_set=graphql.SelectionSetNode(selections=selections),
    )
    operation = graphql.OperationDefinitionNode(
        operation=operation.operation,
        selection_set=graphql.SelectionSetNode(selections=(field,)),
    )
    return graphql.DocumentNode(definitions=(operation,))


codes = collections.Counter()
messages = collections.Counter()
asked = 0


def check(body):
    global asked
    asked += 1
    answer = session.post(URL, json={"query": body}, timeout=60)
    assert answer.status_code < 500, f"{answer.status_code}: {answer.text[:500]}"
    parsed = answer.json()
    errors = parsed.get("errors") or []
    for payload in (parsed.get("data") or {}).values():
        if isinstance(payload, dict):
            codes.update(error["code"] for error in payload.get("userErrors") or [] if "code" in error)
            errors = errors + [e for e in payload.get("userErrors") or [] if "message" in e]
    for error in errors:
        message = error["message"]
        code = error.get("extensions", error).get("code", "none")
        codes[code] += 1
        messages[f"{code}: {message}"[:300]] += 1
        assert code not in ("INTERNAL_SERVER_ERROR", "GRAPHQL_VALIDATION_FAILED", "GRAPHQL_PARSE_FAILED"), (
            f"{code}: {message}"
        )
        assert not INTERNAL.search(message), message
        assert "took longer" not in message, message
    if not errors:
        codes["ok"] += 1
    if SIGNED_IN and any(e.get("extensions", {}).get("code") == "UNAUTHENTICATED" for e in errors):
        sign_in()


def run(operation, count):
    """What is wrong with one root field, if anything is."""

    @hypothesis.seed(SEED)
    @hypothesis.settings(
        max_examples=count,
        database=None,
        deadline=None,
        suppress_health_check=list(hypothesis.HealthCheck),
        phases=[hypothesis.Phase.generate, hypothesis.Phase.shrink],
        print_blob=False,
    )
    @hypothesis.given(operation.as_strategy())
    def one(case):
        last["query"] = mended(case)
        check(last["query"])

    last = {}
    try:
        one()
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told
        return {"field": operation.label, "why": str(error)[:1000], "query": last.get("query", "")[:3000]}
    return None


operations = [found.ok() for found in schema.get_all_operations()]
failures = []
for number, operation in enumerate(operations):
    count = CASES // len(operations) + (number < CASES % len(operations))
    if count:
        failure = run(operation, count)
        if failure:
            failures.append(failure)
report = {"fields": len(operations), "asked": asked, "codes": codes, "failures": failures}
if "--messages" in sys.argv:
    report["messages"] = messages.most_common()
json.dump(report, sys.stdout, ensure_ascii=False, indent=1)
