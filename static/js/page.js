// Puts what the server says now in place of what an open page says, without disturbing whoever reads it.
// Only what differs is touched: focus, scroll, open details, typed text and selections stay where they are.
// What a script adds to a page by itself carries `data-added` and is left alone; `pantau:renewed` tells it to look.

const PATIENCE_MS = 10000;
// What the server said last; scripts may have changed what stands in the page since.
let shown = null;

// Asks the server for a page; browsers send along the tag of what they have, and are told where nothing changed.
// Answers with the page as well, unless it is the one that is `known`: the body too has to come in time.
export async function ask(url, { known = null, stop = new AbortController() } = {}) {
  const patience = setTimeout(() => stop.abort(), PATIENCE_MS);
  try {
    const answer = await fetch(url, { cache: "no-cache", signal: stop.signal });
    const tag = answer.headers.get("ETag");
    return { answer, tag, html: tag && tag === known ? null : await answer.text() };
  } finally {
    clearTimeout(patience);
  }
}

// Returns the tag of the page that is open, out of the browser's memory.
export async function openTag() {
  const answer = await fetch(location.href, { cache: "force-cache", signal: AbortSignal.timeout(PATIENCE_MS) });
  shown ??= wordings(parse(await answer.text()));
  return answer.headers.get("ETag");
}

// Returns whether the page says something else than before, besides the time it was computed.
export function renew(html) {
  const fresh = parse(html);
  const old = document.querySelectorAll("[data-live]");
  const wanted = fresh.querySelectorAll("[data-live]");
  const before = shown;
  shown = wordings(fresh);
  if (shown === before || wanted.length !== old.length) return false;
  document.title = fresh.title;
  old.forEach((part, number) => morph(part, wanted[number]));
  document.dispatchEvent(new Event("pantau:renewed"));
  return true;
}

function parse(html) {
  return new DOMParser().parseFromString(html, "text/html");
}

function wordings(page) {
  return Array.from(page.querySelectorAll("[data-live]"), wording).join();
}

function wording(part) {
  const copy = part.cloneNode(true);
  copy.querySelectorAll("[data-volatile]").forEach((each) => each.remove());
  return copy.innerHTML;
}

function morph(old, fresh) {
  if (old.isEqualNode(fresh)) return;
  if (old.nodeType !== Node.ELEMENT_NODE) {
    old.nodeValue = fresh.nodeValue;
    return;
  }
  dress(old, fresh);
  let at = skip(old.firstChild);
  for (const want of fresh.childNodes) {
    const match = find(at, want);
    if (!match) {
      old.insertBefore(document.importNode(want, true), at);
      continue;
    }
    while (at !== match) at = drop(at);
    morph(match, want);
    at = skip(match.nextSibling);
  }
  while (at) at = drop(at);
}

function dress(old, fresh) {
  for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  for (const { name } of [...old.attributes]) {
    // Whether a reader has opened something is theirs.
    if (!fresh.hasAttribute(name) && !(name === "open" && old.matches("details"))) old.removeAttribute(name);
  }
}

// The node that becomes `want`: the next one where it is of the same kind, a later one only where both have a name.
function find(at, want) {
  const name = nameOf(want);
  for (let node = at; node; node = skip(node.nextSibling)) {
    if (node.nodeName === want.nodeName && nameOf(node) === name) return node;
    if (!name) return null;
  }
  return null;
}

// Rows, items and marks go by what they lead to, whatever the day, so that one more above does not rewrite all below.
function nameOf(node) {
  if (node.nodeType !== Node.ELEMENT_NODE) return "";
  const link = node.matches("tr, li, article") ? node.querySelector("a[href]") : node.matches("svg a") ? node : null;
  return node.id || link?.getAttribute("href").split("?")[0] || "";
}

function skip(node) {
  while (node?.nodeType === Node.ELEMENT_NODE && "added" in node.dataset) node = node.nextSibling;
  return node;
}

function drop(node) {
  const next = skip(node.nextSibling);
  node.remove();
  return next;
}
