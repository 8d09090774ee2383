// What a page asks, and the shapes of the answers. One request a page.
import { cache } from "react";
import { ask } from "./broadsheet";

export interface Link { name: string; path: string }
export interface Counted extends Link { articleCount: number }
export interface Title { path: string; title: string }
export interface MenuItem { name: string; url: string | null; children?: MenuItem[] }
export interface Language { tag: string; name: string; direction: "LTR" | "RTL" }
export interface Translation { path: string; language: Language }
export interface Site {
  title: string;
  subtitle: string | null;
  languages: Language[];
  menu: { items: MenuItem[] };
}
export interface Widget {
  kind: string;
  title: string;
  placeholder?: string;
  articles?: Title[];
  categories?: Counted[];
  tags?: Counted[];
  menu?: { items: MenuItem[] };
  social?: { network: string; label: string; url: string }[];
  languages?: Translation[];
}
export interface Teaser extends Title { date: string | null; summary: string | null; tags: Link[] }
export interface List {
  totalCount: number;
  nodes: Teaser[];
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null };
}
export interface Article extends Teaser {
  __typename: "Article";
  description: string | null;
  lead: string | null;
  language: Language;
  categories: Link[];
  body: { html: string };
  widgets: Widget[];
  previous: Title | null;
  next: Title | null;
  translations: Translation[];
}
export interface Listing { __typename: "Section" | "Tag" | "Category"; title: string; articles: List }
export interface Redirect { __typename: "Redirect"; target: string; permanent: boolean }
export interface Found {
  totalCount: number;
  edges: { highlights: { field: string; fragments: string[] }[]; node: Title }[];
}
export interface Page {
  language: Language;
  route: Article | Listing | Redirect | null;
  site: Site;
  widgets: Widget[];
  search?: Found;
}

const TEASERS = /* GraphQL */ `
  fragment Teasers on ArticleConnection {
    totalCount
    nodes { path title date summary tags { name path } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }`;

const FRAME = /* GraphQL */ `
  fragment Widgets on Widget {
    kind
    title
    ... on SearchWidget { placeholder }
    ... on RecentWidget { articles { path title } }
    ... on CategoriesWidget { categories { name path articleCount } }
    ... on TagListWidget { tags { name path articleCount } }
    ... on SideMenuWidget { menu { items { name url } } }
    ... on SocialWidget { social: links { network label url } }
    ... on LanguagesWidget { languages: links { path language { tag name direction } } }
  }
  fragment Frame on Query {
    site(language: $language) {
      title
      subtitle
      languages { tag name direction }
      menu(name: "main") { items { name url children { name url } } }
    }
    widgets(page: LIST, language: $language) { ...Widgets }
  }`;

const PAGE = /* GraphQL */ `
  query Page($path: String!, $language: LanguageTag!, $first: Int, $after: String, $last: Int, $before: String) {
    route(path: $path) {
      __typename
      ... on Article {
        path title description date lead summary
        language { tag name direction }
        body { html }
        categories { name path }
        tags { name path }
        widgets { ...Widgets }
        previous { path title }
        next { path title }
        translations { path language { tag name direction } }
      }
      ... on Section { title articles(first: $first, after: $after, last: $last, before: $before) { ...Teasers } }
      ... on Tag { title: name articles(first: $first, after: $after, last: $last, before: $before) { ...Teasers } }
      ... on Category { title: name articles(first: $first, after: $after, last: $last, before: $before) { ...Teasers } }
      ... on Redirect { target permanent }
    }
    ...Frame
  }
  ${TEASERS} ${FRAME}`;

const SEARCH = /* GraphQL */ `
  query Search($query: String!, $language: LanguageTag!) {
    search(query: $query, language: $language, first: 20) {
      totalCount
      edges { highlights { field fragments } node { path title } }
    }
    ...Frame
  }
  ${FRAME}`;

// The languages seldom change: they are asked for once a minute.
let known: { at: number; languages: Promise<Language[]> } | undefined;
function languages(): Promise<Language[]> {
  if (!known || Date.now() - known.at > 60_000) {
    const answer = ask<{ site: Site }>("{ site { languages { tag name direction } } }");
    known = { at: Date.now(), languages: answer.then(({ site }) => site.languages) };
    known.languages.catch(() => (known = undefined));
  }
  return known.languages;
}

export const homeOf = (language: Language, all: Language[]) =>
  language.tag === all[0]?.tag ? "/" : `/${language.tag.toLowerCase()}/`;

export async function languageOf(path: string): Promise<Language> {
  const all = await languages();
  const [first] = all;
  if (!first) throw new Error("the site has no language");
  return all.slice(1).find(({ tag }) => path.startsWith(`/${tag.toLowerCase()}/`)) ?? first;
}

// Cached for one request: metadata and page ask for the same.
export const load = cache(async (path: string, query?: string, after?: string, before?: string): Promise<Page> => {
  const language = await languageOf(path);
  const variables = { language: language.tag };
  if (query !== undefined) {
    const answer = query
      ? await ask<Page>(SEARCH, { ...variables, query })
      : await ask<Page>(PAGE, { ...variables, path: "/", first: 1 });
    return { ...answer, route: null, language };
  }
  const rows = before ? { last: 10, before } : { first: 10, after };
  return { ...(await ask<Page>(PAGE, { ...variables, path, ...rows })), language };
});
