/*
 * <broadsheet-widget kind="recent" count="5" language="zh-CN"> in any page of any site.
 *
 *   <script src="https://cms.example/widgets.js"></script>
 *
 * in the head, so that each box has its size before anything is painted. Attributes:
 * kind      search, recent, categories, taglist, sidemenu, social, languages, archives,
 *           related, authors, or a name that the page itself knows
 * page      home, list or single, without kind: all that editors arranged for such pages;
 *           these boxes grow, so give the element a min-height
 * src       the server, where it is not the one that this script came from
 * language  BCP 47; the language of the page at `path`, else the site's default
 * path      the page's address on the site, for related, languages and sidemenu
 * count, counter, order, sections, menu, action     as in the site's own settings
 * title     the heading; level: that of the heading, 2 to 6
 * rows      lines to reserve; `grow` lets a box outgrow them
 *
 * Parts for ::part(): box title list item link text count date heading form input button
 * message. Custom properties: --broadsheet-gap -row -radius -border -muted -accent.
 * Events: broadsheet-load (detail: the data), broadsheet-error (detail: the message).
 */
(() => {
  "use strict";
  if (customElements.get("broadsheet-widget")) return;

  const own =
    document.currentScript || document.querySelector('script[src*="/widgets.js"]');
  const home = own && own.src ? new URL(".", own.src).href : location.origin;

  /* What each kind needs of the answer, by the type that it comes as. */
  const fields = {
    search: ["Search", "action mode document inputName placeholder"],
    recent: ["Recent", "articles{title url date}"],
    related: ["Related", "articles{title url date}"],
    categories: ["Categories", "showCount categories{name path articleCount}"],
    taglist: ["TagList", "showCount tags{name path articleCount}"],
    sidemenu: ["SideMenu", "menu{items{name url active activeTrail children{name url active activeTrail children{name url active activeTrail}}}}"],
    social: ["Social", "accounts:links{label url}"],
    languages: ["Languages", "pages:links{path current translated language{tag name}}"],
    archives: ["Archives", "showCount years{year articleCount path months{month articleCount path}}"],
    authors: ["Authors", "showCount authors{author{name url} articleCount}"],
    custom: ["Custom", "name settings"],
  };

  const words = {
    en: ["Nothing here yet", "This could not be loaded", "Search", "Nothing was found"],
    zh: ["暂无内容", "无法加载", "搜索", "没有找到"],
    "zh-hant": ["尚無內容", "無法載入", "搜尋", "沒有找到"],
    ja: ["まだ何もありません", "読み込めませんでした", "検索", "見つかりませんでした"],
    de: ["Noch nichts", "Konnte nicht geladen werden", "Suchen", "Nichts gefunden"],
    fr: ["Rien pour l’instant", "Impossible de charger", "Rechercher", "Aucun résultat"],
    es: ["Aún no hay nada", "No se pudo cargar", "Buscar", "Sin resultados"],
    ar: ["لا يوجد شيء بعد", "تعذر التحميل", "بحث", "لا توجد نتائج"],
  };
  const word = (tag, at) => {
    tag = (tag || document.documentElement.lang || "en").toLowerCase();
    if (/^zh-(hant|tw|hk|mo)/.test(tag)) tag = "zh-hant";
    return (words[tag] || words[tag.split("-")[0]] || words.en)[at];
  };

  const css = `
:host{display:block;contain:layout style;color:inherit;font:inherit;text-align:start;
--_gap:var(--broadsheet-gap,.75em);--_row:var(--broadsheet-row,3em);
--_line:var(--broadsheet-border,color-mix(in srgb,currentColor 16%,transparent));
--_muted:var(--broadsheet-muted,color-mix(in srgb,currentColor 66%,transparent));
--_accent:var(--broadsheet-accent,LinkText);--_radius:var(--broadsheet-radius,.4em)}
:host([hidden]){display:none}
*{box-sizing:border-box;margin:0;padding:0}
[part~=box]{overflow-wrap:anywhere;display:flex;flex-direction:column}
[part~=box]+[part~=box]{margin-block-start:calc(2*var(--_gap))}
[part~=title]{font-size:1.1em;line-height:1.4;height:2.2em;font-weight:700;flex:none;
border-block-end:2px solid currentColor;margin-block-end:.4em;white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
[part~=body]{height:var(--_height);overflow:auto;scrollbar-width:thin;scrollbar-color:var(--_line) transparent}
:host([grow]) [part~=body],.whole [part~=body],[part~=body].open{height:auto;min-height:var(--_height)}
ul{list-style:none}
.rows>li{height:var(--_row);display:flex;align-items:center;gap:var(--_gap);border-block-end:1px solid var(--_line)}
.rows>li:last-child{border:0}
.rows a,.rows [part~=text]{flex:1;min-width:0;line-height:1.25;display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:2;overflow:hidden}
a{color:inherit;text-decoration:none;border-radius:2px}
a:hover{color:var(--_accent);text-decoration:underline;text-underline-offset:.15em}
:focus-visible{outline:2px solid var(--_accent);outline-offset:2px}
[aria-current]{font-weight:700;color:var(--_accent)}
[part~=count],[part~=date]{color:var(--_muted);font-size:.85em;font-variant-numeric:tabular-nums;white-space:nowrap;flex:none}
.chips{display:flex;flex-wrap:wrap;gap:.45em;align-content:flex-start;padding-block:.3em}
.chips a,.chips li>[part~=text]{display:inline-flex;gap:.4em;align-items:baseline;padding:.2em .65em;border:1px solid var(--_line);border-radius:2em;line-height:1.4;font-size:.92em}
.chips a:hover{border-color:currentColor;text-decoration:none}
.tree ul{padding-inline-start:1em}
.tree a,.tree [part~=text]{display:inline-block;padding-block:.35em;line-height:1.4}
[part~=heading]{font-size:1em;line-height:1.4;padding-block:.35em;display:flex;justify-content:space-between}
form{display:flex;gap:.4em;padding:3px}
input,button{font:inherit;color:inherit;background:transparent;border:1px solid var(--_line);border-radius:var(--_radius);padding:.4em .7em;min-width:0;height:2.4em}
input{flex:1;border-color:var(--_muted)}
button{cursor:pointer;font-weight:600}
button:hover{border-color:currentColor}
label{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
[part~=message]{color:var(--_muted);padding-block:.6em;font-size:.95em}
.wait{height:1em;border-radius:var(--_radius);background:var(--_line);align-self:center;flex:1}
.rows>li:nth-child(3n+2)>.wait{flex:.7}.rows>li:nth-child(3n)>.wait{flex:.85}
@media (prefers-reduced-motion:no-preference){.wait{animation:b 1.6s ease-in-out infinite}@keyframes b{50%{opacity:.45}}}
@media (forced-colors:active){.wait{background:GrayText}}`;
  let sheet;
  const style = (root) => {
    if (root.adoptedStyleSheets && CSSStyleSheet.prototype.replaceSync) {
      if (!sheet) (sheet = new CSSStyleSheet()).replaceSync(css);
      root.adoptedStyleSheets = [sheet];
    } else make(root, "style", { textContent: css });
  };

  /* The one way in which anything is drawn: names are ours, data is text. */
  const make = (parent, name, attributes, ...texts) => {
    const node = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) {
      if (value === undefined || value === null || value === false) continue;
      if (key === "textContent") node.textContent = value;
      else node.setAttribute(key, value === true ? "" : value);
    }
    node.append(...texts.filter((text) => text !== undefined && text !== null).map(String));
    parent.append(node);
    return node;
  };

  /* An address of the site in full, or nothing where it could run something. */
  const safe = (address, base) => {
    if (!address) return;
    try {
      const url = new URL(address, base);
      return /^(https?|mailto|tel):$/.test(url.protocol) ? url.href : undefined;
    } catch {
      return;
    }
  };

  const here = () => location.href.split("#")[0];

  /* Requests: all elements that ask one server in one turn share one. */
  let waiting = new Map();
  const ask = (element) => {
    const endpoint = element.endpoint;
    if (!waiting.size) queueMicrotask(() => setTimeout(flush));
    if (!waiting.has(endpoint)) waiting.set(endpoint, new Set());
    waiting.get(endpoint).add(element);
  };
  /* A server refuses a request that asks for too much at once. */
  const MOST = 10;
  const flush = () => {
    const all = waiting;
    waiting = new Map();
    for (const [endpoint, elements] of all) {
      const list = [...elements].filter((element) => element.isConnected);
      for (let at = 0; at < list.length; at += MOST) send(endpoint, list.slice(at, at + MOST));
    }
  };

  const on = (kind) => `...on ${fields[kind][0]}Widget{${fields[kind][1]}}`;
  const document_ = (elements) => {
    const variables = {};
    const types = [];
    const asked = elements.map((element, at) => {
      const use = (name, type, value) => {
        if (value === undefined || value === null) return "";
        variables[name + at] = value;
        types.push(`$${name}${at}:${type}`);
        return `${name}:$${name}${at} `;
      };
      const language = use("language", "LanguageTag", element.getAttribute("language"));
      const page = element.page;
      const kind = element.getAttribute("kind");
      const [call, parts] = page
        ? [`widgets(${language}page:${page})`, Object.keys(fields).map(on).join("")]
        : [
            `widget(${language}${use("name", "String!", kind || "recent")}${use("settings", "Json", element.settings)}${use("path", "String", element.getAttribute("path"))})`,
            on(fields[kind] ? kind : kind ? "custom" : "recent"),
          ];
      return `w${at}:${call}{kind title language{tag direction}${parts}}`;
    });
    const head = types.length ? `query(${types})` : "";
    return { query: `${head}{site{baseUrl} ${asked.join(" ")}}`, variables };
  };

  const request = async (endpoint, body) => {
    const text = Object.entries(body).map(([name, value]) =>
      `${name}=${encodeURIComponent(typeof value === "string" ? value : JSON.stringify(value))}`);
    const address = `${endpoint}?${text.join("&")}`;
    const options = { credentials: "omit", headers: { accept: "application/json" } };
    /* A plain GET needs no preflight and can be cached on its way. */
    const response = await (address.length < 6000
      ? fetch(address, options)
      : fetch(endpoint, {
          ...options,
          method: "POST",
          headers: { ...options.headers, "content-type": "application/json" },
          body: JSON.stringify(body),
        }));
    return response.json();
  };

  const send = async (endpoint, elements) => {
    const turns = elements.map((element) => (element.turn += 1));
    const current = (at) => elements[at].isConnected && elements[at].turn === turns[at];
    let answer;
    try {
      answer = await request(endpoint, document_(elements));
    } catch (error) {
      answer = { errors: [{ message: String(error) }] };
    }
    /* One that cannot be answered takes the others with it: they ask alone. */
    if (!answer.data && elements.length > 1) {
      elements.forEach((element, at) => current(at) && send(endpoint, [element]));
      return;
    }
    elements.forEach((element, at) => {
      if (!current(at)) return;
      const data = answer.data && answer.data["w" + at];
      if (data) element.draw([].concat(data), answer.data.site.baseUrl);
      else element.fail(((answer.errors || [])[0] || {}).message || "no answer");
    });
  };

  const link = (parent, text, address, extra) => {
    const node = address
      ? make(parent, "a", { part: "link", href: address, title: text, ...extra }, text)
      : make(parent, "span", { part: "text", ...extra }, text);
    if (address && !(extra && extra["aria-current"]) && address === here()) {
      node.setAttribute("aria-current", "page");
    }
    return node;
  };
  const list = (parent, name) => make(parent, "ul", { part: "list", class: name, role: "list" });
  const item = (parent) => make(parent, "li", { part: "item" });
  const number = (node, count, tag) =>
    make(node, "span", { part: "count" }, new Intl.NumberFormat(tag).format(count));
  const dated = (when, tag, options) => new Intl.DateTimeFormat(tag, options).format(when);

  /* How each kind is drawn; one that draws nothing says so by false. */
  const articles = (body, { articles }, { base, tag }) => {
    const rows = list(body, "rows");
    for (const { title, url, date: when } of articles) {
      const row = item(rows);
      link(row, title, safe(url, base));
      if (when) {
        /* The date that it bears is one of the place where it was written. */
        const day = new Date(when.slice(0, 10) + "T00:00:00Z");
        make(row, "time", { part: "date", datetime: when }, dated(day, tag, { month: "short", day: "numeric", timeZone: "UTC" }));
      }
    }
    return articles.length;
  };
  const terms = (body, list_, counted, { base, tag }, name) => {
    const chips = list(body, name);
    for (const term of list_) {
      const row = item(chips);
      const node = link(row, term.name, safe(term.path, base));
      if (counted) number(name === "chips" ? node : row, term.articleCount, tag);
    }
    return list_.length;
  };
  const tree = (body, items, context) => {
    const level = list(body, "tree");
    for (const { name, url, active, activeTrail, children } of items) {
      const row = item(level);
      link(row, name, safe(url, context.base), { "aria-current": active ? "page" : activeTrail ? "true" : null });
      if (children && children.length) tree(row, children, context);
    }
    return items.length;
  };
  const months = (body, { years, showCount }, { base, tag, level }) => {
    for (const year of years) {
      const heading = make(body, "h" + Math.min(level + 1, 6), { part: "heading" });
      link(heading, dated(new Date(Date.UTC(year.year, 0)), tag, { year: "numeric", timeZone: "UTC" }), safe(year.path, base));
      if (showCount) number(heading, year.articleCount, tag);
      const chips = list(body, "chips");
      for (const month of year.months) {
        const day = new Date(Date.UTC(year.year, month.month - 1));
        const node = link(item(chips), dated(day, tag, { month: "short", timeZone: "UTC" }), safe(month.path, base));
        if (showCount) number(node, month.articleCount, tag);
      }
    }
    return years.length;
  };
  let forms = 0;
  const search = (body, data, { base, tag, element, title }) => {
    const graphql = data.mode === "GRAPHQL";
    const form = make(body, "form", { part: "form", role: "search", method: "get", "aria-label": title, action: graphql ? null : safe(data.action, base) });
    const id = `q${(forms += 1)}`;
    make(form, "label", { for: id }, title);
    const input = make(form, "input", { part: "input", id, type: "search", required: true, name: data.inputName, placeholder: data.placeholder, autocomplete: "off" });
    make(form, "button", { part: "button", type: "submit" }, word(tag, 2));
    if (graphql) {
      body.classList.add("open");
      const results = make(body, "div", { "aria-live": "polite" });
      form.addEventListener("submit", async (event) => {
        event.preventDefault();
        let found;
        try {
          const answer = await request(element.endpoint, { query: data.document, variables: { query: input.value, language: tag } });
          found = answer.data.results.nodes;
        } catch {
          found = null;
        }
        results.replaceChildren();
        if (!found || !found.length) make(results, "p", { part: "message" }, word(tag, found ? 3 : 1));
        else articles(results, { articles: found }, { base, tag });
      });
    }
    return true;
  };
  const custom = (body, { settings }) => {
    /* What the page puts into the element takes the place of the settings. */
    const rows = list(make(body, "slot"), "rows");
    for (const [key, value] of Object.entries(settings || {})) {
      if (key === "title" || typeof value === "object") continue;
      const row = item(rows);
      make(row, "span", { part: "text" }, key);
      number(row, 0).textContent = value;
    }
    return true;
  };
  const draw = {
    SEARCH: search,
    RECENT: articles,
    RELATED: articles,
    CATEGORIES: (body, data, context) => terms(body, data.categories, data.showCount, context, "rows"),
    TAG_LIST: (body, data, context) => terms(body, data.tags, data.showCount, context, "chips"),
    SIDE_MENU: (body, data, context) => tree(body, data.menu.items, context),
    SOCIAL: (body, { accounts }, { base }) => {
      const chips = list(body, "chips");
      for (const { label, url } of accounts) link(item(chips), label, safe(url, base), { rel: "me noopener" });
      return accounts.length;
    },
    LANGUAGES: (body, { pages }, { base }) => {
      const rows = list(body, "tree");
      for (const { path, current, language } of pages) {
        link(item(rows), language.name, safe(path, base), { hreflang: language.tag, lang: language.tag, "aria-current": current ? "true" : null });
      }
      return pages.length;
    },
    ARCHIVES: months,
    AUTHORS: (body, { authors, showCount }, context) =>
      terms(body, authors.map(({ author, articleCount }) => ({ name: author.name, path: author.url, articleCount })), showCount, context, "rows"),
    CUSTOM: custom,
  };
  const landmark = { SEARCH: "div", RECENT: "section", RELATED: "section", AUTHORS: "section", CUSTOM: "section" };

  /* Lines that a box reserves where nothing says: few kinds have a count. */
  const lines = { search: 1, taglist: 3, social: 2, languages: 2, sidemenu: 4, archives: 5, custom: 2 };
  const numbers = ["count"];
  const flags = ["counter"];
  const texts = ["order", "menu", "action", "title"];
  const watched = ["kind", "page", "src", "language", "path", "level", "rows", "sections", ...numbers, ...flags, ...texts];

  let boxes = 0;
  class Widget extends HTMLElement {
    static get observedAttributes() {
      return watched;
    }
    constructor() {
      super();
      this.turn = 0;
      style(this.attachShadow({ mode: "open" }));
    }
    connectedCallback() {
      this.reserve();
      if (!this.shadowRoot.childElementCount) this.wait();
      ask(this);
    }
    attributeChangedCallback(name, before, after) {
      if (!this.isConnected || before === after) return;
      this.reserve();
      ask(this);
    }
    /* Reads it again. */
    refresh() {
      if (this.isConnected) ask(this);
    }
    get endpoint() {
      const base = new URL(this.getAttribute("src") || home, document.baseURI).href;
      return /\/graphql$/.test(base) ? base : new URL("graphql", base.replace(/\/?$/, "/")).href;
    }
    get page() {
      const page = (this.getAttribute("page") || "").toUpperCase();
      return !this.hasAttribute("kind") && ["HOME", "LIST", "SINGLE"].includes(page) ? page : null;
    }
    get settings() {
      const found = {};
      for (const name of texts) if (this.hasAttribute(name)) found[name] = this.getAttribute(name);
      for (const name of numbers) if (parseInt(this.getAttribute(name)) > 0) found[name] = parseInt(this.getAttribute(name));
      for (const name of flags) if (this.hasAttribute(name)) found[name] = this.getAttribute(name) !== "false";
      if (this.hasAttribute("sections")) found.sections = this.getAttribute("sections").split(/[\s,]+/).filter(Boolean);
      return Object.keys(found).length ? found : null;
    }
    get level() {
      return Math.min(Math.max(parseInt(this.getAttribute("level")) || 2, 2), 6);
    }
    reserve() {
      const rows = parseInt(this.getAttribute("rows")) || lines[this.getAttribute("kind")] || parseInt(this.getAttribute("count")) || 5;
      this.style.setProperty("--_height", `calc(${rows}*var(--_row))`);
      this.rows = rows;
    }
    box(kind, title) {
      const id = `t${(boxes += 1)}`;
      /* Without a heading it is neither named nor a landmark. */
      const box = make(this.shadowRoot, title ? landmark[kind] || "nav" : "div", { part: "box", "aria-labelledby": title && kind !== "SEARCH" ? id : null });
      make(box, "h" + this.level, { part: "title", id, "aria-hidden": title ? null : "true" }, title || "\u00a0");
      return [box, make(box, "div", { part: "body" })];
    }
    wait() {
      this.setAttribute("aria-busy", "true");
      const [box, body] = this.box("CUSTOM", this.getAttribute("title"));
      box.setAttribute("aria-hidden", "true");
      const rows = list(body, "rows");
      for (let row = 0; row < Math.min(this.rows, 20); row += 1) make(item(rows), "span", { class: "wait" });
    }
    done(name, detail) {
      this.removeAttribute("aria-busy");
      this.dispatchEvent(new CustomEvent("broadsheet-" + name, { detail, bubbles: true, composed: true }));
    }
    draw(widgets, base) {
      this.shadowRoot.replaceChildren();
      for (const widget of widgets) {
        const { kind, title, language } = widget;
        const [box, body] = this.box(kind, title);
        box.lang = language.tag;
        box.dir = language.direction.toLowerCase();
        if (this.page) box.classList.add("whole");
        const context = { base, tag: language.tag, level: this.level, element: this, title };
        if (!(draw[kind] || custom)(body, widget, context)) {
          body.replaceChildren();
          make(body, "p", { part: "message" }, this.getAttribute("empty-text") || word(language.tag, 0));
        }
        /* A box that scrolls is reached by keyboard. */
        if (body.scrollHeight > body.clientHeight + 1) body.tabIndex = 0;
      }
      this.done("load", widgets);
    }
    fail(message) {
      this.shadowRoot.replaceChildren();
      const [, body] = this.box("CUSTOM", this.getAttribute("title"));
      make(body, "p", { part: "message", role: "status" }, this.getAttribute("error-text") || word(this.getAttribute("language"), 1));
      console.warn("broadsheet-widget:", message);
      this.done("error", message);
    }
  }
  customElements.define("broadsheet-widget", Widget);
})();
