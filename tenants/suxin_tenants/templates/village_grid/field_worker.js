// Keeps the own files of work in the field, so that it opens without a connection. It answers for nothing else.
const KEPT = "suxin-field-{{ version }}";
const FILES = {{ files | tojson }};

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(KEPT).then((cache) => cache.addAll(FILES)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(caches.keys()
    .then((names) => Promise.all(names.filter((name) => name.startsWith("suxin-field-") && name !== KEPT).map((name) => caches.delete(name))))
    .then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { pathname, search } = new URL(event.request.url);
  if (event.request.method !== "GET" || !FILES.includes(pathname + (pathname === FILES[0] ? "" : search))) return;
  event.respondWith(caches.open(KEPT).then((cache) => cache.match(event.request, { ignoreSearch: pathname === FILES[0] })).then((kept) => kept || fetch(event.request)));
});
