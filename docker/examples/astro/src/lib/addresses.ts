// The addresses of the site, gathered once a build.
import { ADDRESSES, PAGE, type PageAnswer } from "./queries";
import { ask } from "./broadsheet";

interface Answer {
  site: { languages: { tag: string }[] };
  articles: {
    nodes: { path: string; language: { tag: string }; categories: { path: string }[]; tags: { path: string }[] }[];
    pageInfo: { hasNextPage: boolean; endCursor: string | null };
  };
}

export interface Address { path: string; language: string; after: string | null; number: number }

// The path of a list's page as Hugo has it: /news/page/2/.
export const pageOf = (path: string, number: number) => (number < 2 ? path : `${path}page/${number}/`);

export async function addresses(): Promise<Address[]> {
  const articles = new Map<string, string>();
  const lists = new Map<string, string>();
  let after: string | null = null;
  do {
    const answer: Answer = await ask<Answer>(ADDRESSES, { after });
    const [first] = answer.site.languages;
    for (const { tag } of answer.site.languages) lists.set(tag === first?.tag ? "/" : `/${tag.toLowerCase()}/`, tag);
    for (const article of answer.articles.nodes) {
      articles.set(article.path, article.language.tag);
      for (const { path } of [...article.categories, ...article.tags]) lists.set(path, article.language.tag);
      // The folders above an article are sections, where something lives there.
      const parts = article.path.split("/").slice(1, -2);
      for (let depth = parts.length; depth > 0; depth--) lists.set(`/${parts.slice(0, depth).join("/")}/`, article.language.tag);
    }
    after = answer.articles.pageInfo.hasNextPage ? answer.articles.pageInfo.endCursor : null;
  } while (after);
  const pages = [...articles].map(([path, language]) => ({ path, language, after: null, number: 1 }));
  return [...pages, ...(await Promise.all([...lists].map(([path, language]) => pagesOf(path, language)))).flat()];
}

// A list, a page after the other: each begins where the one before it ended.
async function pagesOf(path: string, language: string): Promise<Address[]> {
  const pages: Address[] = [];
  let after: string | null = null;
  for (let number = 1; ; number++) {
    const { route }: PageAnswer = await ask<PageAnswer>(PAGE, { path, language, after });
    if (!route || route.__typename === "Article") return pages;
    pages.push({ path, language, after, number });
    if (!route.articles.pageInfo.hasNextPage) return pages;
    after = route.articles.pageInfo.endCursor;
  }
}
