import { defineConfig } from "astro/config";

export default defineConfig({
  // Addresses are the CMS's own, and end with a slash.
  trailingSlash: "always",
  outDir: process.env.OUT_DIR ?? "dist",
});
