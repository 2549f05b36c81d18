/**
 * Vite plugin: writes the page's Content-Security-Policy into the built index.html.
 *
 * Only into the build: while developing, Vite's own client needs an inline script and a web socket. The
 * policy is a meta tag because the site must work on hosts that let nobody set headers. The sandboxed frame
 * carries its own, stricter policy; cells run there and never in this page.
 */
import type { Plugin } from "vite";

const DIRECTIVES = {
  "default-src": "'self'",
  "script-src": "'self'",
  // Typeset formulas and plots position their parts with style attributes.
  "style-src": "'self' 'unsafe-inline'",
  "img-src": "'self' data:",
  "font-src": "'self' data:",
  "connect-src": "'self'",
  "frame-src": "'self'",
  // The service worker that adds headers.
  "worker-src": "'self'",
  "object-src": "'none'",
  "base-uri": "'none'",
  "form-action": "'none'",
};

export function pagePolicy(): Plugin {
  const content = Object.entries(DIRECTIVES)
    .map(([directive, sources]) => `${directive} ${sources}`)
    .join("; ");
  return {
    name: "page-policy",
    apply: "build",
    transformIndexHtml: () => [
      { tag: "meta", attrs: { "http-equiv": "Content-Security-Policy", content }, injectTo: "head-prepend" },
    ],
  };
}
