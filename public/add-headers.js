/**
 * A service worker for hosts where nobody can set headers: it adds those that isolate a page from all others to the
 * site's documents, and touches nothing else. It keeps nothing.
 */
"use strict";
const headers = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

addEventListener("install", () => void skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("fetch", (event) => {
  if (event.request.mode !== "navigate") return;
  const respond = async () => {
    const response = await fetch(event.request);
    // What says where else to look cannot be changed, and needs no headers.
    if (response.type === "opaqueredirect") return response;
    const { body, status, statusText } = response;
    const added = new Headers(response.headers);
    for (const [name, value] of Object.entries(headers)) added.set(name, value);
    return new Response(body, { status, statusText, headers: added });
  };
  event.respondWith(respond());
});
