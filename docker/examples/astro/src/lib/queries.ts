// What the pages ask, and the shapes of the answers.

export interface Link { name: string; path: string }
export interface MenuItem { name: string; url: string | null; children: MenuItem[] }
export interface Language { tag: string; name: string; direction: "LTR" | "RTL" }
export interface Site {
  title: string;
  subtitle: string | null;
  language: Language;
  languages: Language[];
  menu: { items: MenuItem[] };
}
export interface Teaser {
  path: string;
  title: string;
  date: string | null;
  summary: string | null;
  categories: Link[];
  tags: Link[];
}
export interface List { totalCount: number; nodes: Teaser[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } }
export interface Widget {
  kind: string;
  title: string;
  placeholder?: string;
  articles?: { path: string; title: string }[];
  categories?: (Link & { articleCount: number })[];
  tags?: (Link & { articleCount: number })[];
  menu?: { items: MenuItem[] };
  social?: { network: string; label: string; url: string }[];
  languages?: { path: string; language: Language }[];
}
export interface Article extends Teaser {
  __typename: "Article";
  lead: string | null;
  readingTimeMinutes: number;
  language: Language;
  body: { html: string };
  widgets: Widget[];
  previous: { path: string; title: string } | null;
  next: { path: string; title: string } | null;
  translations: { path: string; title: string; language: Language }[];
}
export interface Listing { __typename: "Section" | "Tag" | "Category"; title: string; articles: List }

const TEASERS = /* GraphQL */ `
  fragment Teasers on ArticleConnection {
    totalCount
    nodes { path title date summary categories { name path } tags { name path } }
    pageInfo { hasNextPage endCursor }
  }`;

const SITE = /* GraphQL */ `
  fragment Frame on Site {
    title
    subtitle
    language { tag name direction }
    languages { tag name direction }
    menu(name: "main") { items { name url children { name url } } }
  }`;

const WIDGETS = /* GraphQL */ `
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
  }`;

// Every address that gets a page, a hundred articles at a time.
export const ADDRESSES = /* GraphQL */ `
  query Addresses($after: String) {
    site { languages { tag } }
    articles(first: 100, after: $after) {
      nodes { path language { tag } categories { path } tags { path } }
      pageInfo { hasNextPage endCursor }
    }
  }`;

// Whatever lives at an address, with all that its page draws.
export const PAGE = /* GraphQL */ `
  query Page($path: String!, $language: LanguageTag!, $after: String) {
    route(path: $path) {
      __typename
      ... on Article {
        path title date lead summary readingTimeMinutes
        language { tag name direction }
        body { html }
        categories { name path }
        tags { name path }
        widgets { ...Widgets }
        previous { path title }
        next { path title }
        translations { path title language { tag name direction } }
      }
      ... on Section { title articles(first: 10, after: $after) { ...Teasers } }
      ... on Tag { title: name articles(first: 10, after: $after) { ...Teasers } }
      ... on Category { title: name articles(first: 10, after: $after) { ...Teasers } }
    }
    site(language: $language) { ...Frame }
    widgets(page: LIST, language: $language) { ...Widgets }
  }
  ${TEASERS} ${SITE} ${WIDGETS}`;

export interface PageAnswer { route: Article | Listing | null; site: Site; widgets: Widget[] }

// The frame alone, for a page of the frontend's own.
export const FRAME = /* GraphQL */ `
  query Frame($language: LanguageTag!) {
    site(language: $language) { ...Frame }
    widgets(page: LIST, language: $language) { ...Widgets }
  }
  ${SITE} ${WIDGETS}`;
