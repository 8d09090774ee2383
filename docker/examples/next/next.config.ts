import type { NextConfig } from "next";

const server = process.env.BROADSHEET_URL ?? "http://127.0.0.1:8080";

const config: NextConfig = {
  // Addresses are the CMS's own, and end with a slash.
  trailingSlash: true,
  // Pictures of articles are files of Broadsheet's.
  rewrites: async () => [{ source: "/media/:path*", destination: `${server}/media/:path*` }],
};

export default config;
