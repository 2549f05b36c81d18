/**
 * Threads share memory only on a page that is isolated from all others, which two response headers ask for. Where the
 * host does not send them, a service worker adds them, and the page is loaded once more. The reader who does not get
 * that far (no service workers, private windows of some browsers) computes on one thread.
 */
"use strict";
(() => {
  const mark = "fusebook-reloaded-for-threads";
  // The sandboxed frame's document comes past the service worker; only a credentialless frame takes it without headers.
  const possible =
    isSecureContext && "serviceWorker" in navigator && "credentialless" in HTMLIFrameElement.prototype;
  if (self.crossOriginIsolated || !possible) return;
  const isolate = async () => {
    // Once in a tab: whatever keeps the page from being isolated will do so again.
    if (sessionStorage.getItem(mark) !== null) return;
    const { installing, waiting, active } = await navigator.serviceWorker.register("add-headers.js");
    const worker = active ?? waiting ?? installing;
    await new Promise((resolve, reject) => {
      const check = () => {
        if (worker.state === "activated") resolve();
        if (worker.state === "redundant") reject(new Error("The service worker was refused."));
      };
      worker.addEventListener("statechange", check);
      check();
    });
    sessionStorage.setItem(mark, "1");
    location.reload();
  };
  isolate().catch(() => undefined);
})();
