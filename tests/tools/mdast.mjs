// The trees of Markdown texts: `[{markdown, math}]` in, a list of mdast roots out.
import { readFileSync } from "node:fs";
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmFromMarkdown } from "mdast-util-gfm";
import { mathFromMarkdown } from "mdast-util-math";
import { gfm } from "micromark-extension-gfm";
import { math } from "micromark-extension-math";

const trees = JSON.parse(readFileSync(0, "utf8")).map((text) =>
  fromMarkdown(text.markdown, {
    extensions: text.math ? [gfm(), math()] : [gfm()],
    mdastExtensions: text.math ? [gfmFromMarkdown(), mathFromMarkdown()] : [gfmFromMarkdown()],
  }),
);
console.log(JSON.stringify(trees));
