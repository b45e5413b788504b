// Asks how far a paper or an imported file is, and leads to what came of it. Without this script the page reloads by
// itself.

const EVERY_MS = 1000;
const shown = document.querySelector("[data-paper]");

async function look() {
  try {
    const answer = await fetch(location.href, { cache: "no-store", signal: AbortSignal.timeout(EVERY_MS * 10) });
    if (answer.status === 404) {
      // Its day is over; the page of that address says so.
      location.reload();
      return;
    }
    if (!answer.ok) throw new Error(answer.status);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("[data-paper]");
    const state = page.querySelector("[data-paper-state]");
    if (state) {
      shown.querySelector("[data-paper-state]").textContent = state.textContent;
      shown.querySelector("progress").value = fresh.querySelector("progress").value;
      setTimeout(look, EVERY_MS);
      return;
    }
    if (!fresh) {
      // What came of it is a page of its own.
      location.reload();
      return;
    }
    shown.replaceChildren(...fresh.childNodes);
    document.title = page.title;
    const file = shown.querySelector("[data-paper-file]");
    if (file) location.assign(file.href);
  } catch {
    setTimeout(look, EVERY_MS * 5);
  }
}

if (shown) setTimeout(look, EVERY_MS);
