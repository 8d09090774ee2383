import type { MenuItem, Widget } from "../lib/page";

const Item = ({ url, name }: MenuItem) => (url ? <a href={url}>{name}</a> : <>{name}</>);

// The widgets of a page, in their order. What this site does not know, it does not draw.
export function Widgets({ widgets, search }: { widgets: Widget[]; search: string }) {
  return widgets.filter(({ kind }) => kind !== "CUSTOM").map((widget, index) => (
    <section key={index} className={`widget ${widget.kind.toLowerCase()}`}>
      <h2>{widget.title}</h2>
      {widget.kind === "SEARCH" && (
        <form role="search" action={search}>
          <input type="search" name="q" placeholder={widget.placeholder} aria-label={widget.title} />
        </form>
      )}
      <ul>
        {widget.articles?.map(({ path, title }) => <li key={path}><a href={path}>{title}</a></li>)}
        {[...(widget.categories ?? []), ...(widget.tags ?? [])].map(({ path, name, articleCount }) => (
          <li key={path}><a href={path}>{name}</a> ({articleCount})</li>
        ))}
        {widget.menu?.items.map((item, index) => <li key={index}><Item {...item} /></li>)}
        {widget.social?.map(({ url, label }) => <li key={url}><a href={url} rel="me">{label}</a></li>)}
        {widget.languages?.map(({ path, language }) => (
          <li key={language.tag}><a href={path} lang={language.tag}>{language.name}</a></li>
        ))}
      </ul>
    </section>
  ));
}

export function Menu({ items }: { items: MenuItem[] }) {
  return (
    <ul>
      {items.map((item, index) => (
        <li key={index}>
          <Item {...item} />
          {item.children && item.children.length > 0 && <Menu items={item.children} />}
        </li>
      ))}
    </ul>
  );
}
