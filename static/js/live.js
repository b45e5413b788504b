// Keeps an open page true: asks every few seconds whether its figures changed, and swaps in the new ones.
// The server answers 304 as long as nothing did; a page without this script is complete and shows its time.

const EVERY_MS = 3000;
const main = document.querySelector("[data-live]");
const status = document.querySelector("[data-live-status]");
let known = null;
let isAway = false;

function say(text) {
  if (status && status.textContent !== text) status.textContent = text;
}

function now() {
  return new Date().toLocaleTimeString(document.body.dataset.locale, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
}

function isBeingUsed() {
  return main.contains(document.activeElement) && document.activeElement.matches("input, select, textarea");
}

function swapIn(html) {
  const fresh = new DOMParser().parseFromString(html, "text/html").querySelector("[data-live]");
  if (!fresh || wording(fresh) === wording(main)) return;
  main.replaceChildren(...fresh.childNodes);
  say(status.dataset.updated.replace("{time}", now()));
}

// What a page says, without the time it was computed.
function wording(page) {
  const copy = page.cloneNode(true);
  copy.querySelectorAll("[data-volatile]").forEach((part) => part.remove());
  return copy.textContent;
}

async function look() {
  try {
    const answer = await fetch(location.href, { cache: "no-cache", headers: { "X-Live": "1" } });
    if (!answer.ok) throw new Error(answer.status);
    const version = answer.headers.get("ETag");
    if (isAway) say(status.dataset.back.replace("{time}", now()));
    isAway = false;
    if (known !== null && version !== known) {
      if (isBeingUsed()) return;
      swapIn(await answer.text());
    }
    known = version;
  } catch {
    isAway = true;
    say(status.dataset.away);
  }
}

if (main && status) {
  look();
  setInterval(() => document.hidden || look(), EVERY_MS);
  document.addEventListener("visibilitychange", () => document.hidden || look());
}
