// Keeps the offline verifier: every part of one version at once, and nothing else of the site.
const VERSION = {{ version|tojson }};
const ASSETS = {{ assets|tojson }};
const DECODER = {{ decoder|tojson }};
const PAGE = ASSETS[0];
const NAME = `verifier-${VERSION}`;

async function needsDecoder() {
  if (!("BarcodeDetector" in self)) return true;
  const formats = await self.BarcodeDetector.getSupportedFormats().catch(() => []);
  return !formats.includes("qr_code");
}

async function keepAll() {
  const cache = await caches.open(NAME);
  const wanted = (await needsDecoder()) ? [...ASSETS, ...DECODER] : ASSETS;
  await cache.addAll(wanted.map((address) => new Request(address, { cache: "reload", credentials: "omit" })));
  await self.skipWaiting();
}

async function dropOthers() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith("verifier-") && name !== NAME).map((name) => caches.delete(name)));
  await self.clients.claim();
}

/** From what is kept, for the verifier itself and its own parts; the same files for another page come from the site. */
async function answer(event) {
  const asker = event.request.mode === "navigate" ? null : await self.clients.get(event.clientId);
  const isOurs = !asker || isVerifier(new URL(asker.url).pathname);
  const kept = isOurs && (await (await caches.open(NAME)).match(event.request, { ignoreSearch: true, ignoreVary: true }));
  return kept || fetch(event.request);
}

function isVerifier(pathname) {
  return pathname === PAGE || pathname.startsWith(`${PAGE}/`);
}

self.addEventListener("install", (event) => event.waitUntil(keepAll()));
self.addEventListener("activate", (event) => event.waitUntil(dropOthers()));

// The scope /c also begins /credentials and /classes: whatever is not in the list goes its own way, untouched.
self.addEventListener("fetch", (event) => {
  const { pathname, origin } = new URL(event.request.url);
  const isKept = origin === self.location.origin && (ASSETS.includes(pathname) || DECODER.includes(pathname));
  if (event.request.method === "GET" && isKept) event.respondWith(answer(event));
});
