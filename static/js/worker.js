// Opens the work room and its report forms without a line: a copy of what was last seen, marked as such.
// The network comes first. Copies are kept per person, for a day, until sign-out (see device.js).

const PATIENCE_MS = 6000;
const LIFETIME_MS = 24 * 3600 * 1000;
const PAGES = /^(\/en)?\/kerja\/(mpp\/\d+\/lapor\/)?$/;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

// A page that was opened before there was a worker asks for itself to be kept.
self.addEventListener("message", (event) => {
  if (PAGES.test(event.data)) event.waitUntil(fetch(event.data).then((answer) => keep(event.data, answer), () => {}));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (request.mode === "navigate" && PAGES.test(pathname)) event.respondWith(page(event, pathname));
  else if (pathname.startsWith("/static/")) event.respondWith(asset(request));
});

async function page(event, path) {
  const fresh = fetch(event.request);
  const kept = fresh.then((answer) => keep(path, answer.clone()));
  event.waitUntil(kept.catch(() => {}));
  const copy = await copyOf(path);
  if (!copy) return fresh;
  const late = new Promise((_, reject) => setTimeout(reject, PATIENCE_MS));
  return Promise.race([fresh, late]).catch(() => marked(copy));
}

async function asset(request) {
  try {
    return await fetch(request);
  } catch (error) {
    const copy = await caches.match(request);
    if (copy) return copy;
    throw error;
  }
}

async function keep(path, answer) {
  if (!answer.ok || answer.redirected) return;
  const html = await answer.clone().text();
  const user = /<body data-user="(\d+)"/.exec(html)?.[1];
  if (!user) return;
  const mine = `kerja-${user}`;
  for (const name of await caches.keys()) if (name !== mine) await caches.delete(name);
  const cache = await caches.open(mine);
  await cache.put(path, answer);
  for (const [, url] of html.matchAll(/"(\/static\/[^"]+)"/g)) if (!(await cache.match(url))) await cache.add(url);
}

async function copyOf(path) {
  const copy = await caches.match(path);
  return copy && Date.now() - Date.parse(copy.headers.get("Date")) < LIFETIME_MS ? copy : undefined;
}

// The headers stay, and with them the content security policy.
async function marked(copy) {
  const html = await copy.text();
  return new Response(html.replace("<body", `<body data-copy="${copy.headers.get("Date")}"`), { headers: copy.headers });
}
