// Keeps the driver's pages usable without signal: files from the cache, pages from the network
// first, with patience, then as they were last seen.
/* global __FILES__, __VERSION__ */
const FILES = `tongcang-files-${__VERSION__}`;
const PAGES = "tongcang-run";
const PATIENCE_MS = 4000;

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(FILES).then((cache) => cache.addAll(__FILES__)));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(removeOldFiles());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(request));
  else if (address.pathname.startsWith("/static/")) event.respondWith(file(request));
});

async function removeOldFiles() {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith("tongcang-files-") && name !== FILES);
  await Promise.all(old.map((name) => caches.delete(name)));
  await self.clients.claim();
}

async function page(request) {
  const pages = await caches.open(PAGES);
  const kept = await pages.match(request);
  try {
    const answer = await fetch(request, { signal: kept ? AbortSignal.timeout(PATIENCE_MS) : undefined });
    if (answer.ok && !answer.redirected) await pages.put(request, answer.clone());
    return answer.status >= 500 && kept ? kept : answer;
  } catch (error) {
    if (kept) return kept;
    throw error;
  }
}

async function file(request) {
  return (await caches.match(request, { ignoreSearch: true })) ?? fetch(request);
}
