import { defineConfig } from "astro/config";

export default defineConfig({
  // Addresses are the CMS's own, and end with a slash.
  trailingSlash: "always",
  // Pictures of articles are files of Broadsheet's: the README says how readers get them.
  vite: { server: { proxy: { "/media": process.env.BROADSHEET_URL ?? "http://127.0.0.1:8080" } } },
  outDir: process.env.OUT_DIR ?? "dist",
});
