// One request to Broadsheet. The address comes from BROADSHEET_URL.
const server = process.env.BROADSHEET_URL ?? "http://127.0.0.1:8080";

export async function ask<Data>(query: string, variables: Record<string, unknown> = {}): Promise<Data> {
  const response = await fetch(new URL("/graphql", server), {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/graphql-response+json" },
    body: JSON.stringify({ query, variables }),
    cache: "no-store",
  });
  const { data, errors } = await response.json();
  if (errors) {
    throw new Error(errors.map((error: { message: string }) => error.message).join("\n"));
  }
  return data;
}
