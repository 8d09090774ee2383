// Whatever lives at an address, and the search page.
import type { Metadata } from "next";
import { notFound, permanentRedirect, redirect } from "next/navigation";
import { ArticleContents, ListContents, Results } from "../../components/contents";
import { Menu, Widgets } from "../../components/widgets";
import { homeOf, load } from "../../lib/page";
import "../style.css";

interface Props {
  params: Promise<{ path?: string[] }>;
  searchParams: Promise<{ q?: string; after?: string; before?: string }>;
}

async function page({ params, searchParams }: Props) {
  const { path: parts = [] } = await params;
  const { q, after, before } = await searchParams;
  const path = parts.length ? `/${parts.join("/")}/` : "/";
  return load(path, parts.at(-1) === "search" ? (q ?? "") : undefined, after, before);
}

export async function generateMetadata(props: Props): Promise<Metadata> {
  const { route, site } = await page(props);
  const title = route && "title" in route ? route.title : site.title;
  return {
    title: title === site.title ? title : `${title} – ${site.title}`,
    description: route?.__typename === "Article" ? (route.description ?? route.summary) : site.subtitle,
  };
}

export default async function Page(props: Props) {
  const { route, site, widgets, search, language } = await page(props);
  const searching = (await props.params).path?.at(-1) === "search";
  if (!route && !searching) notFound();
  if (route?.__typename === "Redirect") (route.permanent ? permanentRedirect : redirect)(route.target);
  const home = homeOf(language, site.languages);
  const article = route?.__typename === "Article" ? route : undefined;
  const box = widgets.find(({ kind }) => kind === "SEARCH");
  return (
    <>
      <header>
        <p className="title"><a href={home}>{site.title}</a></p>
        {site.subtitle && <p>{site.subtitle}</p>}
        <nav aria-label="main"><Menu items={site.menu.items} /></nav>
        <nav className="languages" aria-label="languages">
          {site.languages.map((other) => (
            <a key={other.tag} lang={other.tag} hrefLang={other.tag}
              aria-current={other.tag === language.tag ? "true" : undefined}
              href={article?.translations.find((translation) => translation.language.tag === other.tag)?.path
                ?? (article && other.tag === language.tag ? article.path : homeOf(other, site.languages))}>
              {other.name}
            </a>
          ))}
        </nav>
      </header>
      <div className="columns">
        <main>
          {article && <ArticleContents article={article} />}
          {route && "articles" in route && <><h1>{route.title}</h1><ListContents list={route.articles} /></>}
          {searching && (
            <>
              <h1>{box?.title ?? "Search"}</h1>
              <form role="search">
                <input type="search" name="q" defaultValue={(await props.searchParams).q} placeholder={box?.placeholder} aria-label={box?.title ?? "Search"} />
              </form>
              {search && <Results found={search} />}
            </>
          )}
        </main>
        <aside><Widgets widgets={article?.widgets ?? widgets} search={`${home}search/`} /></aside>
      </div>
    </>
  );
}
