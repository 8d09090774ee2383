"""Reads feeds as feedparser does: paths of RSS and Atom files; prints JSON."""

import json
import sys

import feedparser


def entry(found):
    return {
        "id": found.get("id"),
        "title": found.get("title"),
        "link": found.get("link"),
        "summary": found.get("summary"),
        "content": [part["value"] for part in found.get("content", [])],
        "published": found.get("published"),
        "updated": found.get("updated"),
        "dated": found.get("published_parsed") is not None or found.get("published") is None,
        "authors": [author.get("name") for author in found.get("authors", [])],
        "tags": [tag.get("label") or tag["term"] for tag in found.get("tags", [])],
    }


def read(path):
    with open(path, "rb") as file:
        parsed = feedparser.parse(file.read(), sanitize_html=False, resolve_relative_uris=False)
    return {
        "version": parsed.version,
        "wrong": str(parsed.get("bozo_exception", "")) if parsed.bozo else "",
        "title": parsed.feed.get("title"),
        "language": parsed.feed.get("language"),
        "link": parsed.feed.get("link"),
        "own": [link.href for link in parsed.feed.get("links", []) if link.rel == "self"],
        "entries": [entry(found) for found in parsed.entries],
    }


print(json.dumps([read(path) for path in sys.argv[1:]]))
