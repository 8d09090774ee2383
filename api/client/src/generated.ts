/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/**
 * Which articles a list holds. Fields that are given must all hold; a field
 * that is null is not there.
 */
export type ArticleFilter = {
  /** All of these must hold. */
  and?: Array<ArticleFilter> | null | undefined;
  /**
   * Articles about which this user is to do something. Only where working
   * copies are read.
   */
  assignedTo?: string | number | null | undefined;
  /** Articles in a category like this. */
  category?: TermFilter | null | undefined;
  /** By the date that they bear. */
  date?: DateTimeFilter | null | undefined;
  /** Articles in this language. */
  language?: string | null | undefined;
  /** By their last change. */
  lastModified?: DateTimeFilter | null | undefined;
  /** This must not hold. */
  not?: ArticleFilter | null | undefined;
  /** At least one of these must hold. */
  or?: Array<ArticleFilter> | null | undefined;
  /** By their address, not encoded. */
  path?: StringFilter | null | undefined;
  /** By where their review stands. Only where working copies are read. */
  review?: Array<ReviewState> | null | undefined;
  /** By the first part of their path. */
  section?: StringFilter | null | undefined;
  /** Of use in the working view: the public sees only what is published. */
  status?: Array<ArticleStatus> | null | undefined;
  /** Articles with a tag like this. */
  tag?: TermFilter | null | undefined;
  /** Articles with a term like this, of any taxonomy. */
  term?: TaxonomyTermFilter | null | undefined;
  /** By their title. */
  title?: StringFilter | null | undefined;
};

/** How a list of articles is sorted. */
export type ArticleOrder = {
  /** Which way. */
  direction?: OrderDirection;
  /** What to sort by. */
  field: ArticleOrderField;
};

/** What a list is sorted by; ties are broken by the order of creation. */
export type ArticleOrderField =
  /** When they were made here. */
  | 'CREATED_AT'
  /** The date that they bear. */
  | 'DATE'
  /** Their last change. */
  | 'LAST_MODIFIED'
  /** Their title, by Unicode code points. */
  | 'TITLE'
  /** Their weight. */
  | 'WEIGHT';

/** Where an article stands now: follows from its fields and the clock. */
export type ArticleStatus =
  /** Put aside, out of every list. */
  | 'ARCHIVED'
  /** Nothing of it is published. */
  | 'DRAFT'
  /** Was live until its time ran out. */
  | 'EXPIRED'
  /** The public sees it. */
  | 'PUBLISHED'
  /** Goes live at a later time. */
  | 'SCHEDULED'
  /** In the trash. */
  | 'TRASHED';

/** Somebody who wrote an article. */
export type AuthorInput = {
  /** As it is printed. */
  name: string;
  /** A page about them. */
  url?: string | null | undefined;
};

/** A new article. It begins as a draft. */
export type CreateArticleInput = {
  /** Other addresses that lead to it once it is published. */
  aliases?: Array<string>;
  /** Whether to show a box about the author; the site decides where it is not given. */
  authorbox?: boolean | null | undefined;
  /** Who wrote it, as it is printed. */
  authors?: Array<AuthorInput>;
  /** Markdown. */
  body?: string;
  /** The address that search engines should take for the original. */
  canonicalUrl?: string | null | undefined;
  /** By name or slug; new names make new categories. */
  categories?: Array<string>;
  /** Whether to show comments; the site decides where it is not given. */
  comments?: boolean | null | undefined;
  /** Now, where it is not given. */
  date?: string | null | undefined;
  /** For search engines and link previews. */
  description?: string | null | undefined;
  /** When the public stops seeing it. */
  expireAt?: string | null | undefined;
  /** The site's default language where it is not given. */
  language?: string | null | undefined;
  /** When it was last changed, as the article states it. */
  lastModified?: string | null | undefined;
  /** A paragraph above the text. */
  lead?: string | null | undefined;
  /** A shorter title for menus and lists. */
  linkTitle?: string | null | undefined;
  /** Whether the text holds mathematics; the site decides where it is not given. */
  mathjax?: boolean | null | undefined;
  /** Whether to link to the articles before and after; the site decides where it is not given. */
  pager?: boolean | null | undefined;
  /** Further front matter keys, kept as they are. */
  params?: unknown;
  /** When it should go live; `publishArticle` decides. */
  publishAt?: string | null | undefined;
  /** Where it stands below the language: `news` or `news/local`. */
  section?: string | null | undefined;
  /** Where the page shows its sidebar; the site decides where it is not given. */
  sidebar?: Sidebar | null | undefined;
  /** Last part of the address; made from the title where it is not given. */
  slug?: string | null | undefined;
  /** The site that it came from. */
  source?: SourceInput | null | undefined;
  /**
   * Plain text for lists; made from the body where there is none, or where that has a
   * `<!--more-->`.
   */
  summary?: string | null | undefined;
  /** By name or slug; new names make new tags. */
  tags?: Array<string>;
  /** Terms of the site's other taxonomies. */
  terms?: Array<NamedTermsInput>;
  /** The picture for lists. */
  thumbnail?: ImageInput | null | undefined;
  /** What the article is called. */
  title: string;
  /** Whether to show a table of contents; the site decides where it is not given. */
  toc?: boolean | null | undefined;
  /** What its translations share; made from section and slug where it is not given. */
  translationKey?: string | null | undefined;
  /** The address as a whole, in place of section and slug. */
  url?: string | null | undefined;
  /** Position where lists are sorted by weight. */
  weight?: number | null | undefined;
  /** The article's own widgets; the site's where it is not given. */
  widgets?: Array<WidgetInput> | null | undefined;
};

/** Compares a moment. */
export type DateTimeFilter = {
  /** Later than this. */
  gt?: string | null | undefined;
  /** At this moment or later. */
  gte?: string | null | undefined;
  /** Earlier than this. */
  lt?: string | null | undefined;
  /** At this moment or earlier. */
  lte?: string | null | undefined;
};

/** An image. */
export type ImageInput = {
  /** What it shows, for those who do not see it. */
  alt?: string | null | undefined;
  /** Absolute, or relative to the site. */
  url: string;
};

/** Terms of one taxonomy. */
export type NamedTermsInput = {
  /** By name or slug; new names make new terms. */
  names: Array<string>;
  /** By the plural that Hugo uses: `series`. */
  taxonomy: string;
};

/** Which way a list is sorted. */
export type OrderDirection =
  /** Smallest, earliest or first in the alphabet first. */
  | 'ASC'
  /** Largest, latest or last in the alphabet first. */
  | 'DESC';

/** Kinds of pages that have defaults of their own, as Mainroad knows them. */
export type PageKind =
  /** The start page of a language. */
  | 'HOME'
  /** A list: a section, a term, an archive. */
  | 'LIST'
  /** One article. */
  | 'SINGLE';

/** What was last said of an article in review. */
export type ReviewState =
  /** An editor found this version fit to be published. */
  | 'APPROVED'
  /** An editor asks for changes. */
  | 'RETURNED'
  /** Somebody asks for a review. */
  | 'SUBMITTED';

/** What somebody is allowed to do in general. */
export type Role =
  /** Does everything, users and settings included. */
  | 'ADMIN'
  /** Writes and publishes own articles. */
  | 'AUTHOR'
  /** Writes own drafts, and may not publish. */
  | 'CONTRIBUTOR'
  /** Writes and publishes everything. */
  | 'EDITOR'
  /** Reads working copies. */
  | 'VIEWER';

/** A field of articles in which words are marked. */
export type SearchField =
  /** `Article.body.plainText`. */
  | 'BODY'
  /** `Article.summary`. */
  | 'SUMMARY'
  /** `Article.title`. */
  | 'TITLE';

/** Where a page shows its sidebar. */
export type Sidebar =
  /** On the left. */
  | 'LEFT'
  /** The page has none. */
  | 'NONE'
  /** On the right. */
  | 'RIGHT';

/** Where an article came from. */
export type SourceInput = {
  /** How the site is called. */
  name: string;
  /** The original. */
  url: string;
};

/**
 * Compares a text. Letters of the Latin alphabet without accents are equal in
 * either case for `contains` and `startsWith`.
 */
export type StringFilter = {
  /** Holds this text. */
  contains?: string | null | undefined;
  /** Is this text. */
  eq?: string | null | undefined;
  /** Is one of these texts. */
  in?: Array<string> | null | undefined;
  /** Begins with this text. */
  startsWith?: string | null | undefined;
};

/** Names terms of any taxonomy. */
export type TaxonomyTermFilter = {
  /** The one with this id. */
  id?: string | number | null | undefined;
  /** Whether terms below count as well. */
  includeDescendants?: boolean;
  /** The one with this slug. */
  slug?: string | null | undefined;
  /** Any of these slugs. */
  slugIn?: Array<string> | null | undefined;
  /** The taxonomy, by the plural that Hugo uses: `series`. */
  taxonomy: string;
};

/** Names tags or categories. */
export type TermFilter = {
  /** The one with this id. */
  id?: string | number | null | undefined;
  /** Whether terms below count as well. */
  includeDescendants?: boolean;
  /** The one with this slug. */
  slug?: string | null | undefined;
  /** Any of these slugs. */
  slugIn?: Array<string> | null | undefined;
};

/** Which way a language is written. */
export type TextDirection =
  /** From left to right. */
  | 'LTR'
  /** From right to left. */
  | 'RTL';

/**
 * Changes of an article's working copy. What is not given stays as it is; null
 * takes the value away.
 */
export type UpdateArticleInput = {
  /** Other addresses that lead to it once it is published. */
  aliases?: Array<string> | null | undefined;
  /** Whether to show a box about the author; the site decides where it is not given. */
  authorbox?: boolean | null | undefined;
  /** Who wrote it, as it is printed. */
  authors?: Array<AuthorInput> | null | undefined;
  /**
   * Whether the editor's program saves by itself. Such saves of one editor in a
   * row show as one revision, the last.
   */
  autosave?: boolean;
  /** Markdown. */
  body?: string | null | undefined;
  /** The address that search engines should take for the original. */
  canonicalUrl?: string | null | undefined;
  /** All of its categories, by name or slug; new names make new categories. */
  categories?: Array<string> | null | undefined;
  /** Whether to show comments; the site decides where it is not given. */
  comments?: boolean | null | undefined;
  /** The date that it bears. */
  date?: string | null | undefined;
  /** For search engines and link previews. */
  description?: string | null | undefined;
  /** When the public stops seeing it. */
  expireAt?: string | null | undefined;
  /** When it was last changed, as the article states it. */
  lastModified?: string | null | undefined;
  /** A paragraph above the text. */
  lead?: string | null | undefined;
  /** A shorter title for menus and lists. */
  linkTitle?: string | null | undefined;
  /** Whether the text holds mathematics; the site decides where it is not given. */
  mathjax?: boolean | null | undefined;
  /** What this save is for; kept with the revision. */
  message?: string | null | undefined;
  /** Whether to link to the articles before and after; the site decides where it is not given. */
  pager?: boolean | null | undefined;
  /** All further front matter keys. */
  params?: unknown;
  /** When it should go live; `publishArticle` decides. */
  publishAt?: string | null | undefined;
  /** Where it stands below the language: `news` or `news/local`. */
  section?: string | null | undefined;
  /** Where the page shows its sidebar; the site decides where it is not given. */
  sidebar?: Sidebar | null | undefined;
  /** Last part of the address; null makes it from the name again. */
  slug?: string | null | undefined;
  /** The site that it came from. */
  source?: SourceInput | null | undefined;
  /**
   * Plain text for lists; made from the body where there is none, or where that has a
   * `<!--more-->`.
   */
  summary?: string | null | undefined;
  /** All of its tags, by name or slug; new names make new tags. */
  tags?: Array<string> | null | undefined;
  /** All of its terms of these taxonomies; those of others stay. */
  terms?: Array<NamedTermsInput> | null | undefined;
  /** The picture for lists. */
  thumbnail?: ImageInput | null | undefined;
  /** What the article is called. */
  title?: string | null | undefined;
  /** Whether to show a table of contents; the site decides where it is not given. */
  toc?: boolean | null | undefined;
  /** What its translations share. */
  translationKey?: string | null | undefined;
  /** The address as a whole, in place of section and slug. */
  url?: string | null | undefined;
  /** Position where lists are sorted by weight. */
  weight?: number | null | undefined;
  /** The article's own widgets; null for the site's. */
  widgets?: Array<WidgetInput> | null | undefined;
};

/** Why an input was refused. */
export type UserErrorCode =
  /** A password, a code or a token is not right, or not any more. */
  | 'BAD_CREDENTIALS'
  /** The caller may see this and may not do that to it. */
  | 'FORBIDDEN'
  /** The value is malformed or out of range. */
  | 'INVALID'
  /** Nothing with this id exists, or it may not be seen. */
  | 'NOT_FOUND'
  /** A value is needed and none was given. */
  | 'REQUIRED'
  /** The entity has changed since the version that the caller saw. */
  | 'STALE'
  /** Something else has this value already. */
  | 'TAKEN'
  /** Too many wrong ones: try again after `retryAfterSeconds`. */
  | 'THROTTLED'
  /** The entity's state does not allow this. */
  | 'WRONG_STATE';

/** A widget in a list. */
export type WidgetInput = {
  /**
   * `search`, `recent`, `categories`, `taglist`, `sidemenu`, `social`,
   * `languages`, `archives`, `related`, `authors`, or any name that a frontend
   * knows.
   */
  name: string;
  /** What this one should know. */
  settings?: unknown;
};

/** What a widget is. */
export type WidgetKind =
  /** Years and months with their articles. */
  | 'ARCHIVES'
  /** Who wrote the articles. */
  | 'AUTHORS'
  /** The categories. */
  | 'CATEGORIES'
  /** One that only the frontend knows. */
  | 'CUSTOM'
  /** Links to other languages. */
  | 'LANGUAGES'
  /** The newest articles. */
  | 'RECENT'
  /** Articles that are close to the page's own. */
  | 'RELATED'
  /** A search field. */
  | 'SEARCH'
  /** A menu for the side. */
  | 'SIDE_MENU'
  /** Links to accounts elsewhere. */
  | 'SOCIAL'
  /** The tags. */
  | 'TAG_LIST';

export type TeaserFragment = { id: string, path: string, title: string, date: string | null, summary: string, thumbnail: { url: string, alt: string | null } | null, categories: Array<{ name: string, path: string }>, tags: Array<{ name: string, path: string }> };

export type TeasersFragment = { totalCount: number, nodes: Array<{ id: string, path: string, title: string, date: string | null, summary: string, thumbnail: { url: string, alt: string | null } | null, categories: Array<{ name: string, path: string }>, tags: Array<{ name: string, path: string }> }>, pageInfo: { hasNextPage: boolean, hasPreviousPage: boolean, startCursor: string | null, endCursor: string | null } };

type WidgetData_ArchivesWidget_Fragment = { __typename: 'ArchivesWidget', kind: WidgetKind, title: string, settings: unknown };

type WidgetData_AuthorsWidget_Fragment = { __typename: 'AuthorsWidget', kind: WidgetKind, title: string, settings: unknown };

type WidgetData_CategoriesWidget_Fragment = { __typename: 'CategoriesWidget', showCount: boolean, kind: WidgetKind, title: string, settings: unknown, categories: Array<{ name: string, path: string, articleCount: number }> };

type WidgetData_CustomWidget_Fragment = { __typename: 'CustomWidget', name: string, kind: WidgetKind, title: string, settings: unknown };

type WidgetData_LanguagesWidget_Fragment = { __typename: 'LanguagesWidget', kind: WidgetKind, title: string, settings: unknown, languageLinks: Array<{ path: string, language: { tag: string, name: string, direction: TextDirection } }> };

type WidgetData_RecentWidget_Fragment = { __typename: 'RecentWidget', kind: WidgetKind, title: string, settings: unknown, articles: Array<{ path: string, title: string, date: string | null }> };

type WidgetData_RelatedWidget_Fragment = { __typename: 'RelatedWidget', kind: WidgetKind, title: string, settings: unknown };

type WidgetData_SearchWidget_Fragment = { __typename: 'SearchWidget', action: string, inputName: string, placeholder: string, kind: WidgetKind, title: string, settings: unknown };

type WidgetData_SideMenuWidget_Fragment = { __typename: 'SideMenuWidget', kind: WidgetKind, title: string, settings: unknown, menu: { items: Array<{ name: string, url: string }> } };

type WidgetData_SocialWidget_Fragment = { __typename: 'SocialWidget', kind: WidgetKind, title: string, settings: unknown, socialLinks: Array<{ network: string, label: string, url: string }> };

type WidgetData_TagListWidget_Fragment = { __typename: 'TagListWidget', showCount: boolean, kind: WidgetKind, title: string, settings: unknown, tags: Array<{ name: string, path: string, articleCount: number }> };

export type WidgetDataFragment =
  | WidgetData_ArchivesWidget_Fragment
  | WidgetData_AuthorsWidget_Fragment
  | WidgetData_CategoriesWidget_Fragment
  | WidgetData_CustomWidget_Fragment
  | WidgetData_LanguagesWidget_Fragment
  | WidgetData_RecentWidget_Fragment
  | WidgetData_RelatedWidget_Fragment
  | WidgetData_SearchWidget_Fragment
  | WidgetData_SideMenuWidget_Fragment
  | WidgetData_SocialWidget_Fragment
  | WidgetData_TagListWidget_Fragment
;

export type FullArticleFragment = { url: string, section: string, lead: string | null, description: string | null, publishedAt: string | null, lastModified: string, wordCount: number, readingTimeMinutes: number, comments: boolean, toc: boolean, mathjax: boolean, sidebar: Sidebar, canonicalUrl: string | null, params: unknown, id: string, path: string, title: string, date: string | null, summary: string, language: { tag: string, name: string, direction: TextDirection }, translations: Array<{ path: string, title: string, language: { tag: string, name: string } }>, authors: Array<{ name: string }>, body: { html: string, tableOfContents: Array<{ id: string, level: number, title: string, children: Array<{ id: string, level: number, title: string }> }> }, widgets: Array<
    | { __typename: 'ArchivesWidget', kind: WidgetKind, title: string, settings: unknown }
    | { __typename: 'AuthorsWidget', kind: WidgetKind, title: string, settings: unknown }
    | { __typename: 'CategoriesWidget', showCount: boolean, kind: WidgetKind, title: string, settings: unknown, categories: Array<{ name: string, path: string, articleCount: number }> }
    | { __typename: 'CustomWidget', name: string, kind: WidgetKind, title: string, settings: unknown }
    | { __typename: 'LanguagesWidget', kind: WidgetKind, title: string, settings: unknown, languageLinks: Array<{ path: string, language: { tag: string, name: string, direction: TextDirection } }> }
    | { __typename: 'RecentWidget', kind: WidgetKind, title: string, settings: unknown, articles: Array<{ path: string, title: string, date: string | null }> }
    | { __typename: 'RelatedWidget', kind: WidgetKind, title: string, settings: unknown }
    | { __typename: 'SearchWidget', action: string, inputName: string, placeholder: string, kind: WidgetKind, title: string, settings: unknown }
    | { __typename: 'SideMenuWidget', kind: WidgetKind, title: string, settings: unknown, menu: { items: Array<{ name: string, url: string }> } }
    | { __typename: 'SocialWidget', kind: WidgetKind, title: string, settings: unknown, socialLinks: Array<{ network: string, label: string, url: string }> }
    | { __typename: 'TagListWidget', showCount: boolean, kind: WidgetKind, title: string, settings: unknown, tags: Array<{ name: string, path: string, articleCount: number }> }
  >, previous: { path: string, title: string } | null, next: { path: string, title: string } | null, related: Array<{ path: string, title: string }>, source: { name: string, url: string } | null, thumbnail: { url: string, alt: string | null } | null, categories: Array<{ name: string, path: string }>, tags: Array<{ name: string, path: string }> };

export type ArticlePageQueryVariables = Exact<{
  path: string;
}>;


export type ArticlePageQuery = { article: { url: string, section: string, lead: string | null, description: string | null, publishedAt: string | null, lastModified: string, wordCount: number, readingTimeMinutes: number, comments: boolean, toc: boolean, mathjax: boolean, sidebar: Sidebar, canonicalUrl: string | null, params: unknown, id: string, path: string, title: string, date: string | null, summary: string, language: { tag: string, name: string, direction: TextDirection }, translations: Array<{ path: string, title: string, language: { tag: string, name: string } }>, authors: Array<{ name: string }>, body: { html: string, tableOfContents: Array<{ id: string, level: number, title: string, children: Array<{ id: string, level: number, title: string }> }> }, widgets: Array<
      | { __typename: 'ArchivesWidget', kind: WidgetKind, title: string, settings: unknown }
      | { __typename: 'AuthorsWidget', kind: WidgetKind, title: string, settings: unknown }
      | { __typename: 'CategoriesWidget', showCount: boolean, kind: WidgetKind, title: string, settings: unknown, categories: Array<{ name: string, path: string, articleCount: number }> }
      | { __typename: 'CustomWidget', name: string, kind: WidgetKind, title: string, settings: unknown }
      | { __typename: 'LanguagesWidget', kind: WidgetKind, title: string, settings: unknown, languageLinks: Array<{ path: string, language: { tag: string, name: string, direction: TextDirection } }> }
      | { __typename: 'RecentWidget', kind: WidgetKind, title: string, settings: unknown, articles: Array<{ path: string, title: string, date: string | null }> }
      | { __typename: 'RelatedWidget', kind: WidgetKind, title: string, settings: unknown }
      | { __typename: 'SearchWidget', action: string, inputName: string, placeholder: string, kind: WidgetKind, title: string, settings: unknown }
      | { __typename: 'SideMenuWidget', kind: WidgetKind, title: string, settings: unknown, menu: { items: Array<{ name: string, url: string }> } }
      | { __typename: 'SocialWidget', kind: WidgetKind, title: string, settings: unknown, socialLinks: Array<{ network: string, label: string, url: string }> }
      | { __typename: 'TagListWidget', showCount: boolean, kind: WidgetKind, title: string, settings: unknown, tags: Array<{ name: string, path: string, articleCount: number }> }
    >, previous: { path: string, title: string } | null, next: { path: string, title: string } | null, related: Array<{ path: string, title: string }>, source: { name: string, url: string } | null, thumbnail: { url: string, alt: string | null } | null, categories: Array<{ name: string, path: string }>, tags: Array<{ name: string, path: string }> } | null };

export type ArticleListQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  filter?: ArticleFilter | null | undefined;
  orderBy?: ArticleOrder | null | undefined;
}>;


export type ArticleListQuery = { articles: { totalCount: number, nodes: Array<{ id: string, path: string, title: string, date: string | null, summary: string, thumbnail: { url: string, alt: string | null } | null, categories: Array<{ name: string, path: string }>, tags: Array<{ name: string, path: string }> }>, pageInfo: { hasNextPage: boolean, hasPreviousPage: boolean, startCursor: string | null, endCursor: string | null } } };

export type FilteredArticlesQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  filter: ArticleFilter;
  tags?: number | null | undefined;
}>;


export type FilteredArticlesQuery = { articles: { totalCount: number, tagCounts: Array<{ count: number, tag: { name: string, path: string } }>, nodes: Array<{ id: string, path: string, title: string, date: string | null, summary: string, thumbnail: { url: string, alt: string | null } | null, categories: Array<{ name: string, path: string }>, tags: Array<{ name: string, path: string }> }>, pageInfo: { hasNextPage: boolean, hasPreviousPage: boolean, startCursor: string | null, endCursor: string | null } } };

export type RouteQueryVariables = Exact<{
  path: string;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type RouteQuery = { route:
    | { __typename: 'Article', url: string, section: string, lead: string | null, description: string | null, publishedAt: string | null, lastModified: string, wordCount: number, readingTimeMinutes: number, comments: boolean, toc: boolean, mathjax: boolean, sidebar: Sidebar, canonicalUrl: string | null, params: unknown, id: string, path: string, title: string, date: string | null, summary: string, language: { tag: string, name: string, direction: TextDirection }, translations: Array<{ path: string, title: string, language: { tag: string, name: string } }>, authors: Array<{ name: string }>, body: { html: string, tableOfContents: Array<{ id: string, level: number, title: string, children: Array<{ id: string, level: number, title: string }> }> }, widgets: Array<
        | { __typename: 'ArchivesWidget', kind: WidgetKind, title: string, settings: unknown }
        | { __typename: 'AuthorsWidget', kind: WidgetKind, title: string, settings: unknown }
        | { __typename: 'CategoriesWidget', showCount: boolean, kind: WidgetKind, title: string, settings: unknown, categories: Array<{ name: string, path: string, articleCount: number }> }
        | { __typename: 'CustomWidget', name: string, kind: WidgetKind, title: string, settings: unknown }
        | { __typename: 'LanguagesWidget', kind: WidgetKind, title: string, settings: unknown, languageLinks: Array<{ path: string, language: { tag: string, name: string, direction: TextDirection } }> }
        | { __typename: 'RecentWidget', kind: WidgetKind, title: string, settings: unknown, articles: Array<{ path: string, title: string, date: string | null }> }
        | { __typename: 'RelatedWidget', kind: WidgetKind, title: string, settings: unknown }
        | { __typename: 'SearchWidget', action: string, inputName: string, placeholder: string, kind: WidgetKind, title: string, settings: unknown }
        | { __typename: 'SideMenuWidget', kind: WidgetKind, title: string, settings: unknown, menu: { items: Array<{ name: string, url: string }> } }
        | { __typename: 'SocialWidget', kind: WidgetKind, title: string, settings: unknown, socialLinks: Array<{ network: string, label: string, url: string }> }
        | { __typename: 'TagListWidget', showCount: boolean, kind: WidgetKind, title: string, settings: unknown, tags: Array<{ name: string, path: string, articleCount: number }> }
      >, previous: { path: string, title: string } | null, next: { path: string, title: string } | null, related: Array<{ path: string, title: string }>, source: { name: string, url: string } | null, thumbnail: { url: string, alt: string | null } | null, categories: Array<{ name: string, path: string }>, tags: Array<{ name: string, path: string }> }
    | { __typename: 'Category', id: string, name: string, description: string | null, path: string, articles: { totalCount: number, nodes: Array<{ id: string, path: string, title: string, date: string | null, summary: string, thumbnail: { url: string, alt: string | null } | null, categories: Array<{ name: string, path: string }>, tags: Array<{ name: string, path: string }> }>, pageInfo: { hasNextPage: boolean, hasPreviousPage: boolean, startCursor: string | null, endCursor: string | null } } }
    | { __typename: 'ListPage' }
    | { __typename: 'Redirect', target: string, permanent: boolean }
    | { __typename: 'Section', name: string, title: string, path: string, articles: { totalCount: number, nodes: Array<{ id: string, path: string, title: string, date: string | null, summary: string, thumbnail: { url: string, alt: string | null } | null, categories: Array<{ name: string, path: string }>, tags: Array<{ name: string, path: string }> }>, pageInfo: { hasNextPage: boolean, hasPreviousPage: boolean, startCursor: string | null, endCursor: string | null } } }
    | { __typename: 'Tag', id: string, name: string, description: string | null, path: string, articles: { totalCount: number, nodes: Array<{ id: string, path: string, title: string, date: string | null, summary: string, thumbnail: { url: string, alt: string | null } | null, categories: Array<{ name: string, path: string }>, tags: Array<{ name: string, path: string }> }>, pageInfo: { hasNextPage: boolean, hasPreviousPage: boolean, startCursor: string | null, endCursor: string | null } } }
    | { __typename: 'Taxonomy' }
    | { __typename: 'Term' }
   | null };

export type FrameQueryVariables = Exact<{
  language?: string | null | undefined;
  menu?: string | null | undefined;
}>;


export type FrameQuery = { site: { title: string, subtitle: string | null, description: string | null, baseUrl: string, language: { tag: string, name: string, direction: TextDirection }, languages: Array<{ tag: string, name: string, direction: TextDirection }>, author: { name: string, bio: string | null, avatarUrl: string | null } | null, menu: { items: Array<{ name: string, url: string, weight: number, children: Array<{ name: string, url: string }> }> } } };

export type WidgetsQueryVariables = Exact<{
  page?: PageKind | null | undefined;
  language?: string | null | undefined;
}>;


export type WidgetsQuery = { widgets: Array<
    | { __typename: 'ArchivesWidget', kind: WidgetKind, title: string, settings: unknown }
    | { __typename: 'AuthorsWidget', kind: WidgetKind, title: string, settings: unknown }
    | { __typename: 'CategoriesWidget', showCount: boolean, kind: WidgetKind, title: string, settings: unknown, categories: Array<{ name: string, path: string, articleCount: number }> }
    | { __typename: 'CustomWidget', name: string, kind: WidgetKind, title: string, settings: unknown }
    | { __typename: 'LanguagesWidget', kind: WidgetKind, title: string, settings: unknown, languageLinks: Array<{ path: string, language: { tag: string, name: string, direction: TextDirection } }> }
    | { __typename: 'RecentWidget', kind: WidgetKind, title: string, settings: unknown, articles: Array<{ path: string, title: string, date: string | null }> }
    | { __typename: 'RelatedWidget', kind: WidgetKind, title: string, settings: unknown }
    | { __typename: 'SearchWidget', action: string, inputName: string, placeholder: string, kind: WidgetKind, title: string, settings: unknown }
    | { __typename: 'SideMenuWidget', kind: WidgetKind, title: string, settings: unknown, menu: { items: Array<{ name: string, url: string }> } }
    | { __typename: 'SocialWidget', kind: WidgetKind, title: string, settings: unknown, socialLinks: Array<{ network: string, label: string, url: string }> }
    | { __typename: 'TagListWidget', showCount: boolean, kind: WidgetKind, title: string, settings: unknown, tags: Array<{ name: string, path: string, articleCount: number }> }
  > };

export type SearchQueryVariables = Exact<{
  query: string;
  language?: string | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type SearchQuery = { search: { totalCount: number, edges: Array<{ score: number, highlights: Array<{ field: SearchField, fragments: Array<string> }>, node: { id: string, path: string, title: string, date: string | null, summary: string, thumbnail: { url: string, alt: string | null } | null, categories: Array<{ name: string, path: string }>, tags: Array<{ name: string, path: string }> } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null }, facets: { tags: Array<{ count: number, tag: { name: string, path: string } }>, categories: Array<{ count: number, category: { name: string, path: string } }> } } };

export type LoginMutationVariables = Exact<{
  email: string;
  password: string;
}>;


export type LoginMutation = { login: { session: { accessToken: string, expiresAt: string, refreshToken: string | null } | null, user: { id: string, name: string, email: string, role: Role } | null, userErrors: Array<{ field: Array<string>, message: string, code: UserErrorCode }> } };

export type CreateArticleMutationVariables = Exact<{
  input: CreateArticleInput;
}>;


export type CreateArticleMutation = { createArticle: { article: { id: string, version: number, status: ArticleStatus, path: string, title: string } | null, userErrors: Array<{ field: Array<string>, message: string, code: UserErrorCode }> } };

export type UpdateArticleMutationVariables = Exact<{
  id: string | number;
  expectedVersion: number;
  input: UpdateArticleInput;
}>;


export type UpdateArticleMutation = { updateArticle: { article: { id: string, version: number, status: ArticleStatus, path: string, title: string } | null, conflict: { currentVersion: number, fields: Array<{ field: string, mine: unknown, theirs: unknown }> } | null, userErrors: Array<{ field: Array<string>, message: string, code: UserErrorCode }> } };

export type PublishArticleMutationVariables = Exact<{
  id: string | number;
  at?: string | null | undefined;
}>;


export type PublishArticleMutation = { publishArticle: { article: { id: string, version: number, status: ArticleStatus, publishedAt: string | null } | null, userErrors: Array<{ field: Array<string>, message: string, code: UserErrorCode }> } };

export type UnpublishArticleMutationVariables = Exact<{
  id: string | number;
}>;


export type UnpublishArticleMutation = { unpublishArticle: { article: { id: string, status: ArticleStatus } | null, userErrors: Array<{ field: Array<string>, message: string, code: UserErrorCode }> } };

export type TrashArticleMutationVariables = Exact<{
  id: string | number;
}>;


export type TrashArticleMutation = { trashArticle: { article: { id: string, status: ArticleStatus } | null, userErrors: Array<{ field: Array<string>, message: string, code: UserErrorCode }> } };

export type RestoreArticleRevisionMutationVariables = Exact<{
  id: string | number;
  revisionId: string | number;
}>;


export type RestoreArticleRevisionMutation = { restoreArticleRevision: { article: { id: string, version: number, title: string } | null, userErrors: Array<{ field: Array<string>, message: string, code: UserErrorCode }> } };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}
export const TeaserFragmentDoc = new TypedDocumentString(`
    fragment Teaser on Article {
  id
  path
  title
  date
  summary
  thumbnail {
    url
    alt
  }
  categories {
    name
    path
  }
  tags {
    name
    path
  }
}
    `, {"fragmentName":"Teaser"}) as unknown as TypedDocumentString<TeaserFragment, unknown>;
export const TeasersFragmentDoc = new TypedDocumentString(`
    fragment Teasers on ArticleConnection {
  totalCount
  nodes {
    ...Teaser
  }
  pageInfo {
    hasNextPage
    hasPreviousPage
    startCursor
    endCursor
  }
}
    fragment Teaser on Article {
  id
  path
  title
  date
  summary
  thumbnail {
    url
    alt
  }
  categories {
    name
    path
  }
  tags {
    name
    path
  }
}`, {"fragmentName":"Teasers"}) as unknown as TypedDocumentString<TeasersFragment, unknown>;
export const WidgetDataFragmentDoc = new TypedDocumentString(`
    fragment WidgetData on Widget {
  __typename
  kind
  title
  settings
  ... on SearchWidget {
    action
    inputName
    placeholder
  }
  ... on RecentWidget {
    articles {
      path
      title
      date
    }
  }
  ... on CategoriesWidget {
    showCount
    categories {
      name
      path
      articleCount
    }
  }
  ... on TagListWidget {
    showCount
    tags {
      name
      path
      articleCount
    }
  }
  ... on SideMenuWidget {
    menu {
      items {
        name
        url
      }
    }
  }
  ... on SocialWidget {
    socialLinks: links {
      network
      label
      url
    }
  }
  ... on LanguagesWidget {
    languageLinks: links {
      path
      language {
        tag
        name
        direction
      }
    }
  }
  ... on CustomWidget {
    name
  }
}
    `, {"fragmentName":"WidgetData"}) as unknown as TypedDocumentString<WidgetDataFragment, unknown>;
export const FullArticleFragmentDoc = new TypedDocumentString(`
    fragment FullArticle on Article {
  ...Teaser
  url
  section
  lead
  description
  publishedAt
  lastModified
  language {
    tag
    name
    direction
  }
  translations {
    path
    title
    language {
      tag
      name
    }
  }
  authors {
    name
  }
  body {
    html
    tableOfContents {
      id
      level
      title
      children {
        id
        level
        title
      }
    }
  }
  wordCount
  readingTimeMinutes
  comments
  toc
  mathjax
  sidebar
  widgets {
    ...WidgetData
  }
  previous {
    path
    title
  }
  next {
    path
    title
  }
  related(first: 5) {
    path
    title
  }
  source {
    name
    url
  }
  canonicalUrl
  params
}
    fragment Teaser on Article {
  id
  path
  title
  date
  summary
  thumbnail {
    url
    alt
  }
  categories {
    name
    path
  }
  tags {
    name
    path
  }
}
fragment WidgetData on Widget {
  __typename
  kind
  title
  settings
  ... on SearchWidget {
    action
    inputName
    placeholder
  }
  ... on RecentWidget {
    articles {
      path
      title
      date
    }
  }
  ... on CategoriesWidget {
    showCount
    categories {
      name
      path
      articleCount
    }
  }
  ... on TagListWidget {
    showCount
    tags {
      name
      path
      articleCount
    }
  }
  ... on SideMenuWidget {
    menu {
      items {
        name
        url
      }
    }
  }
  ... on SocialWidget {
    socialLinks: links {
      network
      label
      url
    }
  }
  ... on LanguagesWidget {
    languageLinks: links {
      path
      language {
        tag
        name
        direction
      }
    }
  }
  ... on CustomWidget {
    name
  }
}`, {"fragmentName":"FullArticle"}) as unknown as TypedDocumentString<FullArticleFragment, unknown>;
export const ArticlePageDocument = new TypedDocumentString(`
    query ArticlePage($path: String!) {
  article(by: {path: $path}) {
    ...FullArticle
  }
}
    fragment Teaser on Article {
  id
  path
  title
  date
  summary
  thumbnail {
    url
    alt
  }
  categories {
    name
    path
  }
  tags {
    name
    path
  }
}
fragment WidgetData on Widget {
  __typename
  kind
  title
  settings
  ... on SearchWidget {
    action
    inputName
    placeholder
  }
  ... on RecentWidget {
    articles {
      path
      title
      date
    }
  }
  ... on CategoriesWidget {
    showCount
    categories {
      name
      path
      articleCount
    }
  }
  ... on TagListWidget {
    showCount
    tags {
      name
      path
      articleCount
    }
  }
  ... on SideMenuWidget {
    menu {
      items {
        name
        url
      }
    }
  }
  ... on SocialWidget {
    socialLinks: links {
      network
      label
      url
    }
  }
  ... on LanguagesWidget {
    languageLinks: links {
      path
      language {
        tag
        name
        direction
      }
    }
  }
  ... on CustomWidget {
    name
  }
}
fragment FullArticle on Article {
  ...Teaser
  url
  section
  lead
  description
  publishedAt
  lastModified
  language {
    tag
    name
    direction
  }
  translations {
    path
    title
    language {
      tag
      name
    }
  }
  authors {
    name
  }
  body {
    html
    tableOfContents {
      id
      level
      title
      children {
        id
        level
        title
      }
    }
  }
  wordCount
  readingTimeMinutes
  comments
  toc
  mathjax
  sidebar
  widgets {
    ...WidgetData
  }
  previous {
    path
    title
  }
  next {
    path
    title
  }
  related(first: 5) {
    path
    title
  }
  source {
    name
    url
  }
  canonicalUrl
  params
}`) as unknown as TypedDocumentString<ArticlePageQuery, ArticlePageQueryVariables>;
export const ArticleListDocument = new TypedDocumentString(`
    query ArticleList($first: Int = 20, $after: String, $filter: ArticleFilter, $orderBy: ArticleOrder) {
  articles(first: $first, after: $after, filter: $filter, orderBy: $orderBy) {
    ...Teasers
  }
}
    fragment Teaser on Article {
  id
  path
  title
  date
  summary
  thumbnail {
    url
    alt
  }
  categories {
    name
    path
  }
  tags {
    name
    path
  }
}
fragment Teasers on ArticleConnection {
  totalCount
  nodes {
    ...Teaser
  }
  pageInfo {
    hasNextPage
    hasPreviousPage
    startCursor
    endCursor
  }
}`) as unknown as TypedDocumentString<ArticleListQuery, ArticleListQueryVariables>;
export const FilteredArticlesDocument = new TypedDocumentString(`
    query FilteredArticles($first: Int = 20, $after: String, $filter: ArticleFilter!, $tags: Int = 10) {
  articles(first: $first, after: $after, filter: $filter) {
    ...Teasers
    tagCounts(first: $tags) {
      tag {
        name
        path
      }
      count
    }
  }
}
    fragment Teaser on Article {
  id
  path
  title
  date
  summary
  thumbnail {
    url
    alt
  }
  categories {
    name
    path
  }
  tags {
    name
    path
  }
}
fragment Teasers on ArticleConnection {
  totalCount
  nodes {
    ...Teaser
  }
  pageInfo {
    hasNextPage
    hasPreviousPage
    startCursor
    endCursor
  }
}`) as unknown as TypedDocumentString<FilteredArticlesQuery, FilteredArticlesQueryVariables>;
export const RouteDocument = new TypedDocumentString(`
    query Route($path: String!, $first: Int = 20, $after: String) {
  route(path: $path) {
    __typename
    ... on Article {
      ...FullArticle
    }
    ... on Section {
      name
      title
      path
      articles(first: $first, after: $after) {
        ...Teasers
      }
    }
    ... on Tag {
      id
      name
      description
      path
      articles(first: $first, after: $after) {
        ...Teasers
      }
    }
    ... on Category {
      id
      name
      description
      path
      articles(first: $first, after: $after) {
        ...Teasers
      }
    }
    ... on Redirect {
      target
      permanent
    }
  }
}
    fragment Teaser on Article {
  id
  path
  title
  date
  summary
  thumbnail {
    url
    alt
  }
  categories {
    name
    path
  }
  tags {
    name
    path
  }
}
fragment Teasers on ArticleConnection {
  totalCount
  nodes {
    ...Teaser
  }
  pageInfo {
    hasNextPage
    hasPreviousPage
    startCursor
    endCursor
  }
}
fragment WidgetData on Widget {
  __typename
  kind
  title
  settings
  ... on SearchWidget {
    action
    inputName
    placeholder
  }
  ... on RecentWidget {
    articles {
      path
      title
      date
    }
  }
  ... on CategoriesWidget {
    showCount
    categories {
      name
      path
      articleCount
    }
  }
  ... on TagListWidget {
    showCount
    tags {
      name
      path
      articleCount
    }
  }
  ... on SideMenuWidget {
    menu {
      items {
        name
        url
      }
    }
  }
  ... on SocialWidget {
    socialLinks: links {
      network
      label
      url
    }
  }
  ... on LanguagesWidget {
    languageLinks: links {
      path
      language {
        tag
        name
        direction
      }
    }
  }
  ... on CustomWidget {
    name
  }
}
fragment FullArticle on Article {
  ...Teaser
  url
  section
  lead
  description
  publishedAt
  lastModified
  language {
    tag
    name
    direction
  }
  translations {
    path
    title
    language {
      tag
      name
    }
  }
  authors {
    name
  }
  body {
    html
    tableOfContents {
      id
      level
      title
      children {
        id
        level
        title
      }
    }
  }
  wordCount
  readingTimeMinutes
  comments
  toc
  mathjax
  sidebar
  widgets {
    ...WidgetData
  }
  previous {
    path
    title
  }
  next {
    path
    title
  }
  related(first: 5) {
    path
    title
  }
  source {
    name
    url
  }
  canonicalUrl
  params
}`) as unknown as TypedDocumentString<RouteQuery, RouteQueryVariables>;
export const FrameDocument = new TypedDocumentString(`
    query Frame($language: LanguageTag, $menu: String = "main") {
  site(language: $language) {
    title
    subtitle
    description
    baseUrl
    language {
      tag
      name
      direction
    }
    languages {
      tag
      name
      direction
    }
    author {
      name
      bio
      avatarUrl
    }
    menu(name: $menu) {
      items {
        name
        url
        weight
        children {
          name
          url
        }
      }
    }
  }
}
    `) as unknown as TypedDocumentString<FrameQuery, FrameQueryVariables>;
export const WidgetsDocument = new TypedDocumentString(`
    query Widgets($page: PageKind = LIST, $language: LanguageTag) {
  widgets(page: $page, language: $language) {
    ...WidgetData
  }
}
    fragment WidgetData on Widget {
  __typename
  kind
  title
  settings
  ... on SearchWidget {
    action
    inputName
    placeholder
  }
  ... on RecentWidget {
    articles {
      path
      title
      date
    }
  }
  ... on CategoriesWidget {
    showCount
    categories {
      name
      path
      articleCount
    }
  }
  ... on TagListWidget {
    showCount
    tags {
      name
      path
      articleCount
    }
  }
  ... on SideMenuWidget {
    menu {
      items {
        name
        url
      }
    }
  }
  ... on SocialWidget {
    socialLinks: links {
      network
      label
      url
    }
  }
  ... on LanguagesWidget {
    languageLinks: links {
      path
      language {
        tag
        name
        direction
      }
    }
  }
  ... on CustomWidget {
    name
  }
}`) as unknown as TypedDocumentString<WidgetsQuery, WidgetsQueryVariables>;
export const SearchDocument = new TypedDocumentString(`
    query Search($query: String!, $language: LanguageTag, $first: Int = 20, $after: String) {
  search(query: $query, language: $language, first: $first, after: $after) {
    totalCount
    edges {
      score
      highlights {
        field
        fragments
      }
      node {
        ...Teaser
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
    facets {
      tags {
        tag {
          name
          path
        }
        count
      }
      categories {
        category {
          name
          path
        }
        count
      }
    }
  }
}
    fragment Teaser on Article {
  id
  path
  title
  date
  summary
  thumbnail {
    url
    alt
  }
  categories {
    name
    path
  }
  tags {
    name
    path
  }
}`) as unknown as TypedDocumentString<SearchQuery, SearchQueryVariables>;
export const LoginDocument = new TypedDocumentString(`
    mutation Login($email: String!, $password: String!) {
  login(input: {email: $email, password: $password}) {
    session {
      accessToken
      expiresAt
      refreshToken
    }
    user {
      id
      name
      email
      role
    }
    userErrors {
      field
      message
      code
    }
  }
}
    `) as unknown as TypedDocumentString<LoginMutation, LoginMutationVariables>;
export const CreateArticleDocument = new TypedDocumentString(`
    mutation CreateArticle($input: CreateArticleInput!) {
  createArticle(input: $input) {
    article {
      id
      version
      status
      path
      title
    }
    userErrors {
      field
      message
      code
    }
  }
}
    `) as unknown as TypedDocumentString<CreateArticleMutation, CreateArticleMutationVariables>;
export const UpdateArticleDocument = new TypedDocumentString(`
    mutation UpdateArticle($id: ID!, $expectedVersion: Int!, $input: UpdateArticleInput!) {
  updateArticle(id: $id, expectedVersion: $expectedVersion, input: $input) {
    article {
      id
      version
      status
      path
      title
    }
    conflict {
      currentVersion
      fields {
        field
        mine
        theirs
      }
    }
    userErrors {
      field
      message
      code
    }
  }
}
    `) as unknown as TypedDocumentString<UpdateArticleMutation, UpdateArticleMutationVariables>;
export const PublishArticleDocument = new TypedDocumentString(`
    mutation PublishArticle($id: ID!, $at: DateTime) {
  publishArticle(id: $id, at: $at) {
    article {
      id
      version
      status
      publishedAt
    }
    userErrors {
      field
      message
      code
    }
  }
}
    `) as unknown as TypedDocumentString<PublishArticleMutation, PublishArticleMutationVariables>;
export const UnpublishArticleDocument = new TypedDocumentString(`
    mutation UnpublishArticle($id: ID!) {
  unpublishArticle(id: $id) {
    article {
      id
      status
    }
    userErrors {
      field
      message
      code
    }
  }
}
    `) as unknown as TypedDocumentString<UnpublishArticleMutation, UnpublishArticleMutationVariables>;
export const TrashArticleDocument = new TypedDocumentString(`
    mutation TrashArticle($id: ID!) {
  trashArticle(id: $id) {
    article {
      id
      status
    }
    userErrors {
      field
      message
      code
    }
  }
}
    `) as unknown as TypedDocumentString<TrashArticleMutation, TrashArticleMutationVariables>;
export const RestoreArticleRevisionDocument = new TypedDocumentString(`
    mutation RestoreArticleRevision($id: ID!, $revisionId: ID!) {
  restoreArticleRevision(id: $id, revisionId: $revisionId) {
    article {
      id
      version
      title
    }
    userErrors {
      field
      message
      code
    }
  }
}
    `) as unknown as TypedDocumentString<RestoreArticleRevisionMutation, RestoreArticleRevisionMutationVariables>;