// urql with its normalizing cache reads, pages and caches: prints what it saw.
import { readFileSync } from "node:fs";
import { Client, fetchExchange, gql } from "@urql/core";
import { cacheExchange } from "@urql/exchange-graphcache";
import { relayPagination } from "@urql/exchange-graphcache/extras";
import { buildSchema, introspectionFromSchema } from "graphql";

let requests = 0;
const warnings = [];
console.warn = (...text) => warnings.push(text.join(" "));
const client = new Client({
  url: process.argv[2],
  preferGetMethod: false,
  fetch: (...request) => {
    requests += 1;
    return fetch(...request);
  },
  exchanges: [
    cacheExchange({
      schema: introspectionFromSchema(buildSchema(readFileSync("schema.graphql", "utf8"))),
      resolvers: { Query: { articles: relayPagination() } },
      keys: { Language: ({ tag }) => tag },
    }),
    fetchExchange,
  ],
});

const LIST = gql`
  query List($after: String) {
    articles(first: 4, after: $after, filter: { language: "en" }) {
      totalCount
      nodes { id path title }
      pageInfo { hasNextPage endCursor }
    }
  }
`;

let after;
let data;
do {
  const answer = await client.query(LIST, { after }).toPromise();
  if (answer.error) throw answer.error;
  data = answer.data;
  after = data.articles.pageInfo.endCursor;
} while (data.articles.pageInfo.hasNextPage);
const titles = data.articles.nodes.map(({ title }) => title);
const before = requests;
await client.query(LIST, { after: undefined }).toPromise();
const answer = await client.query(gql`{ articles(first: 1000) { totalCount } }`, {}).toPromise();
console.log(JSON.stringify({
  titles,
  totalCount: data.articles.totalCount,
  again: requests - before - 1,
  refused: answer.error?.graphQLErrors[0]?.extensions?.code ?? null,
  warnings,
}));
