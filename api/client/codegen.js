// Typed documents from the schema and src/documents.graphql.
/** @type {import("@graphql-codegen/cli").CodegenConfig} */
export default {
  schema: "../schema.graphql",
  documents: "src/documents.graphql",
  generates: {
    "src/generated.ts": {
      plugins: ["typescript-operations", "typed-document-node"],
      config: {
        documentMode: "string",
        onlyOperationTypes: true,
        enumsAsTypes: true,
        useTypeImports: true,
        strictScalars: true,
        scalars: { DateTime: "string", LanguageTag: "string", Url: "string", Json: "unknown" },
      },
    },
  },
};
