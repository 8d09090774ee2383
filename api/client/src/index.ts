/**
 * A thin client for Broadsheet: one function that sends a typed document, one
 * that walks a connection, and the documents that sites ask most.
 */
import type { TypedDocumentString } from "./generated.js";

export * from "./generated.js";

/** Where Broadsheet is, and how to reach it. */
export interface Options {
  /** The address of the endpoint: `https://cms.example.org/graphql`. */
  url: string;
  /** An access token or an API token, or what gives the one of the moment. */
  token?: string | (() => string | undefined | Promise<string | undefined>);
  /** In place of the global `fetch`. */
  fetch?: typeof fetch;
  /** Sent with every request. */
  headers?: Record<string, string>;
}

/** An error of the answer, as GraphQL has it. */
export interface GraphQLError {
  message: string;
  path?: (string | number)[];
  extensions?: { code?: string };
}

/** The server has refused a request, or a part of it. */
export class BroadsheetError extends Error {
  /** The HTTP status. */
  readonly status: number;
  /** What the answer says; empty where it is none of GraphQL's. */
  readonly errors: GraphQLError[];
  /** Seconds after which it may be tried again, where the server says so. */
  readonly retryAfter: number | undefined;

  constructor(status: number, errors: GraphQLError[], retryAfter?: number) {
    super(errors.map(({ message }) => message).join("\n") || `HTTP status ${status}`);
    this.name = "BroadsheetError";
    this.status = status;
    this.errors = errors;
    this.retryAfter = retryAfter;
  }

  /** The code of the first error: `NOT_FOUND`, `FORBIDDEN`, … */
  get code(): string | undefined {
    return this.errors[0]?.extensions?.code;
  }
}

/** A document without required variables may be sent without any. */
type Variables<V> = V extends Record<string, never> ? [] : Partial<V> extends V ? [variables?: V] : [variables: V];

/** A page of a connection, as far as walking it goes. */
interface Page {
  pageInfo: { hasNextPage: boolean; endCursor?: string | null };
}

export interface Client {
  /**
   * Sends a document and gives its data.
   *
   * @throws {BroadsheetError} where there are errors, even beside data.
   */
  request<Data, V>(document: TypedDocumentString<Data, V>, ...variables: Variables<V>): Promise<Data>;
  /** The pages of a connection, each asked for when it is wanted. */
  pages<Data, V extends { after?: string | null | undefined }, P extends Page>(
    document: TypedDocumentString<Data, V>,
    variables: V,
    connection: (data: Data) => P | null | undefined,
  ): AsyncGenerator<P, void, undefined>;
}

export function createClient(options: Options): Client {
  const send = options.fetch ?? globalThis.fetch.bind(globalThis);

  async function ask<Data>(query: string, variables: unknown): Promise<Data> {
    const token = typeof options.token === "function" ? await options.token() : options.token;
    const response = await send(options.url, {
      method: "POST",
      headers: {
        accept: "application/graphql-response+json, application/json",
        "content-type": "application/json",
        ...(token && { authorization: `Bearer ${token}` }),
        ...options.headers,
      },
      body: JSON.stringify({ query, variables }),
    });
    const answer = await response.json().catch(() => undefined);
    const errors: GraphQLError[] = answer?.errors ?? [];
    if (errors.length > 0 || answer?.data === undefined || answer.data === null) {
      const after = Number(response.headers.get("retry-after") ?? undefined);
      throw new BroadsheetError(response.status, errors, Number.isFinite(after) ? after : undefined);
    }
    return answer.data;
  }

  return {
    request: (document, ...variables) => ask(document.toString(), variables[0]),
    async *pages(document, variables, connection) {
      for (let after = variables.after; ; ) {
        const page = connection(await ask(document.toString(), { ...variables, after }));
        if (!page) return;
        yield page;
        if (!page.pageInfo.hasNextPage) return;
        after = page.pageInfo.endCursor;
      }
    },
  };
}
