// Reads RSS, Atom and JSON feeds as feedsmith does, which is beside it; prints JSON.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const require = createRequire(pathToFileURL(`${process.env.TOOLS}/package.json`));
const { parseFeed } = await import(pathToFileURL(require.resolve("feedsmith")));
const read = (path) => parseFeed(readFileSync(path, "utf8"));
console.log(JSON.stringify(process.argv.slice(2).map(read)));
