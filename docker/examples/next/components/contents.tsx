import type { Article, Found, List } from "../lib/page";

const Day = ({ date }: { date: string | null }) => date && <time dateTime={date}>{date.slice(0, 10)}</time>;

export function ArticleContents({ article }: { article: Article }) {
  return (
    <>
      <article>
        <h1>{article.title}</h1>
        <p className="meta">
          <Day date={article.date} />
          {article.categories.map(({ path, name }) => <a key={path} href={path}>{name}</a>)}
        </p>
        {article.lead && <p><strong>{article.lead}</strong></p>}
        {/* Broadsheet's HTML is sanitized. */}
        <div dangerouslySetInnerHTML={{ __html: article.body.html }} />
        <p className="tags">{article.tags.map(({ path, name }) => <a key={path} href={path} rel="tag">#{name}</a>)}</p>
      </article>
      <nav aria-label="articles">
        {article.previous && <a rel="prev" href={article.previous.path}>← {article.previous.title}</a>}
        {article.next && <a rel="next" href={article.next.path}>{article.next.title} →</a>}
      </nav>
    </>
  );
}

export function ListContents({ list }: { list: List }) {
  const { hasNextPage, hasPreviousPage, startCursor, endCursor } = list.pageInfo;
  return (
    <>
      {list.nodes.map(({ path, title, date, summary, tags }) => (
        <article key={path}>
          <h2><a href={path}>{title}</a></h2>
          <p className="meta"><Day date={date} />{tags.map(({ path, name }) => <a key={path} href={path}>#{name}</a>)}</p>
          {summary && <p>{summary}</p>}
        </article>
      ))}
      <nav aria-label="pages">
        {hasPreviousPage && startCursor && <a rel="prev" href={`?before=${encodeURIComponent(startCursor)}`}>←</a>}
        {hasNextPage && endCursor && <a rel="next" href={`?after=${encodeURIComponent(endCursor)}`}>→</a>}
      </nav>
    </>
  );
}

export function Results({ found }: { found: Found }) {
  return (
    <>
      <p role="status">{found.totalCount}</p>
      <ol className="results">
        {found.edges.map(({ node, highlights }) => {
          // A fragment is text in which <mark> is the only markup.
          const fragment = highlights.find(({ field }) => field !== "title")?.fragments[0];
          return (
            <li key={node.path}>
              <a href={node.path}>{node.title}</a>
              {fragment && <p dangerouslySetInnerHTML={{ __html: fragment }} />}
            </li>
          );
        })}
      </ol>
    </>
  );
}
