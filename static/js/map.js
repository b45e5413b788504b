// Writes out what is pointed at or focused on a map, and lets arrow keys walk its marks; without it the links and
// the table say the same.

const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
// How much going astray costs against going far.
const ASTRAY = 2;

function linkAt(event) {
  return event.target instanceof Element ? event.target.closest("[data-map] svg a, [data-map] .tile a") : null;
}

function wordsOf(link) {
  const title = link.querySelector("title");
  return title ? title.textContent : [link, link.nextElementSibling].map((part) => part?.textContent ?? "").join(": ");
}

function read(event) {
  const link = linkAt(event);
  if (!link) return;
  const reading = link.closest("[data-map]").querySelector("[data-reading]");
  reading.hidden = false;
  const hint = link.matches(":focus-visible") && link.tabIndex === 0 ? ` ${reading.dataset.hint}` : "";
  reading.textContent = wordsOf(link) + hint;
}

function middleOf(element) {
  const box = element.getBoundingClientRect();
  return [box.x + box.width / 2, box.y + box.height / 2];
}

// The nearest mark that lies that way, whatever its province.
function nearest(from, [across, down], links) {
  const [x, y] = middleOf(from);
  let best = null;
  let least = Infinity;
  for (const link of links) {
    const [toX, toY] = middleOf(link);
    const ahead = (toX - x) * across + (toY - y) * down;
    const aside = Math.abs((toX - x) * down) + Math.abs((toY - y) * across);
    if (link === from || ahead < 1 || aside > ASTRAY * ahead) continue;
    const cost = ahead + ASTRAY * aside;
    if (cost < least) [best, least] = [link, cost];
  }
  return best;
}

function walk(event) {
  const step = STEPS[event.key];
  const link = step && linkAt(event);
  if (!link || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const mark = nearest(link, step, link.closest("[data-map]").querySelectorAll("[data-marks] a"));
  if (!mark) return;
  reveal(mark);
  mark.focus();
}

// Marks that no tab reaches are hidden from what reads the page aloud, until a key has gone to one.
function reveal(link) {
  const layer = link?.closest("[data-marks=\"keys\"]");
  document.querySelectorAll("[data-marks=\"keys\"]").forEach((each) => {
    if (each === layer) each.removeAttribute("aria-hidden");
    else each.setAttribute("aria-hidden", "true");
  });
}

// A page that stays true comes with its marks hidden and nothing written out; whoever stands on a mark stays there.
document.addEventListener("pantau:renewed", () => {
  const link = linkAt({ target: document.activeElement });
  reveal(link);
  if (link) read({ target: link });
});
document.addEventListener("pointerover", read);
document.addEventListener("focusin", read);
document.addEventListener("focusin", (event) => reveal(linkAt(event)));
document.addEventListener("keydown", walk);
