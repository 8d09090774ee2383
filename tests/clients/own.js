// Our own client, as an application would use it: prints what it saw.
import * as broadsheet from "./dist/index.js";

const [url, email] = process.argv.slice(2);
const client = broadsheet.createClient({ url });
const { article } = await client.request(broadsheet.ArticlePageDocument, { path: "/ferry/" });
const pages = [];
const list = client.pages(broadsheet.ArticleListDocument, { first: 4, filter: { language: "en" } }, ({ articles }) => articles);
for await (const page of list) pages.push(page.nodes.length);
const route = [];
for (const path of ["/en/", "/tags/river/", "/boat/", "/nothing/"]) {
  route.push((await client.request(broadsheet.RouteDocument, { path })).route?.__typename ?? null);
}
const code = await client
  .request(broadsheet.ArticleListDocument, { after: "no cursor" })
  .then(() => null, (error) => (error instanceof broadsheet.BroadsheetError ? error.code : String(error)));

const { login } = await client.request(broadsheet.LoginDocument, { email, password: "correct horse battery" });
const desk = broadsheet.createClient({ url, token: () => login.session?.accessToken });
const input = { title: "Made by a client", section: "news", language: "en", body: "Text." };
const { createArticle } = await desk.request(broadsheet.CreateArticleDocument, { input });
const { id, version, status } = createArticle.article;
const { publishArticle } = await desk.request(broadsheet.PublishArticleDocument, { id });
const save = (title) => desk.request(broadsheet.UpdateArticleDocument, { id, expectedVersion: version, input: { title } });
await save("One");
const { updateArticle } = await save("Another");
console.log(JSON.stringify({
  title: article.title,
  widgets: article.widgets.map(({ title }) => title),
  pages,
  route,
  code,
  created: status,
  published: publishArticle.article.status,
  conflict: updateArticle.conflict?.currentVersion ?? null,
}));
