// What breaks clients between two schemas: prints each change.
import { readFileSync } from "node:fs";
import { buildSchema } from "graphql";
import { CriticalityLevel, diff } from "@graphql-inspector/core";

const [before, after] = process.argv.slice(2).map((file) => buildSchema(readFileSync(file, "utf8")));
const changes = await diff(before, after);
console.log(JSON.stringify(changes.filter(({ criticality }) => criticality.level === CriticalityLevel.Breaking).map(({ message }) => message)));
