// Apollo Client reads, pages and caches: prints what it saw.
import { ApolloClient, HttpLink, InMemoryCache, gql } from "@apollo/client";
import { relayStylePagination } from "@apollo/client/utilities";

let requests = 0;
const client = new ApolloClient({
  link: new HttpLink({
    uri: process.argv[2],
    fetch: (...request) => {
      requests += 1;
      return fetch(...request);
    },
  }),
  cache: new InMemoryCache({
    possibleTypes: { Node: ["Article", "Tag", "Category", "User"] },
    typePolicies: { Query: { fields: { articles: relayStylePagination(["filter", "orderBy"]) } } },
  }),
});

const LIST = gql`
  query List($after: String) {
    articles(first: 4, after: $after, filter: { language: "en" }) {
      totalCount
      edges { cursor node { id path title } }
      pageInfo { hasNextPage endCursor }
    }
  }
`;

const pages = client.watchQuery({ query: LIST });
pages.subscribe(() => undefined);
let { data } = await client.query({ query: LIST });
while (data.articles.pageInfo.hasNextPage) {
  await pages.fetchMore({ variables: { after: data.articles.pageInfo.endCursor } });
  data = client.readQuery({ query: LIST });
}
const titles = data.articles.edges.map(({ node }) => node.title);
const [{ node: first }] = data.articles.edges;

// The article is in the cache already, under its id.
const before = requests;
const cached = client.readFragment({ id: `Article:${first.id}`, fragment: gql`fragment Cached on Article { title }` });
await client.query({ query: LIST });
const again = requests - before;

const refused = await client
  .query({ query: gql`{ articles(first: 1000) { totalCount } }` })
  .then(() => null, (error) => error.errors?.[0]?.extensions?.code ?? error.message);
console.log(JSON.stringify({ titles, totalCount: data.articles.totalCount, cached: cached.title, again, refused }));
client.stop();
