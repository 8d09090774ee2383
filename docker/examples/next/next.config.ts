import type { NextConfig } from "next";

const config: NextConfig = {
  // Addresses are the CMS's own, and end with a slash.
  trailingSlash: true,
};

export default config;
