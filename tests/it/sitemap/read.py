"""Reads a sitemap as ultimate-sitemap-parser does: a path; prints JSON."""

import json
import logging
import sys
import xml.dom.minidom

from usp.objects.sitemap import IndexXMLSitemap, InvalidSitemap, PagesXMLSitemap
from usp.fetch_parse import SitemapStrParser

logging.disable(logging.CRITICAL)
with open(sys.argv[1], encoding="utf-8") as file:
    text = file.read()
# It forgives what is not well-formed.
root = xml.dom.minidom.parseString(text.encode()).documentElement
if root.tagName == "sitemapindex":
    locs = [loc.firstChild.data for loc in root.getElementsByTagName("loc")]
    print(json.dumps({"kind": "index", "parts": locs}))
else:
    found = [s for s in SitemapStrParser(static_content=text).sitemap().sub_sitemaps]
    found = found or [SitemapStrParser(static_content=text).sitemap()]
    assert not any(isinstance(sitemap, InvalidSitemap) for sitemap in found), found
    pages = [page for sitemap in found for page in sitemap.all_pages()]
    print(json.dumps({
        "kind": "pages",
        "pages": [{
            "url": page.url,
            "changed": page.last_modified and page.last_modified.isoformat(),
            "alternates": page.alternates or [],
        } for page in pages],
    }))
