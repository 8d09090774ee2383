import type { ReactNode } from "react";
import { languageOf } from "../../lib/page";

export const dynamic = "force-dynamic";

export default async function Layout({ children, params }: { children: ReactNode; params: Promise<{ path?: string[] }> }) {
  const { path: parts = [] } = await params;
  const language = await languageOf(parts.length ? `/${parts.join("/")}/` : "/");
  return (
    <html lang={language.tag} dir={language.direction.toLowerCase()}>
      <body>{children}</body>
    </html>
  );
}
