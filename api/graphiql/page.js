// GraphiQL at /graphiql, asking the server that it came from.
import { createGraphiQLFetcher } from "@graphiql/toolkit";
import { GraphiQL } from "graphiql";
import { createElement } from "react";
import { createRoot } from "react-dom/client";
import "graphiql/graphiql.css";

const plain = document.getElementById("plain");
const root = document.getElementById("graphiql");
const fetcher = createGraphiQLFetcher({ url: "/graphql" });
createRoot(root).render(
  createElement(GraphiQL, { fetcher, defaultQuery: plain.elements.query.value }),
);
plain.hidden = true;
root.hidden = false;
