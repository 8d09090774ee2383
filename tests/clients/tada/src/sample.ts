// What an author with gql.tada writes: types follow from the document alone.
import { initGraphQLTada, type ResultOf } from "gql.tada";
import type { introspection } from "./graphql-env.js";

const graphql = initGraphQLTada<{
  introspection: introspection;
  scalars: { DateTime: string; LanguageTag: string; Url: string; Json: unknown };
}>();

const page = graphql(`
  query Page($path: String!) {
    article(by: { path: $path }) {
      title
      date
      wordCount
      tags { name articleCount }
      widgets { __typename title ... on RecentWidget { articles { path } } }
    }
  }
`);

export function draw({ article }: ResultOf<typeof page>): string {
  if (!article) return "not found";
  const count: number = article.tags.reduce((sum, { articleCount }) => sum + articleCount, article.wordCount);
  const date: string | null = article.date;
  const recent = article.widgets.flatMap((widget) => (widget.__typename === "RecentWidget" ? widget.articles : []));
  return [article.title, date ?? "", count, recent.length].join(" ");
}

// What is not in the schema does not compile.
export function wrong({ article }: ResultOf<typeof page>): string {
  // @ts-expect-error: a number is no string
  const words: string = article?.wordCount ?? "";
  // @ts-expect-error: not asked for
  return words + article?.path;
}
