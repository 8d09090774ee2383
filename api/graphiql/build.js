// Makes graphiql.js.gz and graphiql.css.gz, which the server carries, and LICENSES.txt.
// The fonts of GraphiQL's style sheet are left out: the reader's own do.
import { build } from "esbuild";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const { outputFiles, metafile } = await build({
  entryPoints: ["page.js"],
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2020",
  define: { "process.env.NODE_ENV": '"production"' },
  legalComments: "none",
  metafile: true,
  outfile: "graphiql.js",
  write: false,
});
for (const { path, text } of outputFiles) {
  const bytes = gzipSync(text.replace(/@font-face\{[^}]*\}/g, ""), { level: 9 });
  // No system and no time in the header: the same bytes wherever it is made.
  bytes[9] = 255;
  writeFileSync(`${path}.gz`, bytes);
}

const folders = new Set();
for (const input of Object.keys(metafile.inputs)) {
  const found = input.match(/^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//);
  if (found) folders.add(found[1]);
}
const texts = new Map();
for (const folder of [...folders].sort()) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const file = existsSync(folder) && readdirSync(folder).find((name) => /^licen[cs]e/i.test(name));
  const text = file ? readFileSync(join(folder, file), "utf8").replaceAll("\r\n", "\n").trim() : `${license}`;
  texts.set(text, [...(texts.get(text) ?? []), `${name} ${version} (${license})`]);
}
const parts = [...texts].map(([text, names]) => `${names.join("\n")}\n\n${text}\n`);
writeFileSync("LICENSES.txt", parts.join(`\n${"-".repeat(72)}\n\n`));
