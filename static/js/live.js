// Keeps an open page true: asks every few seconds whether its figures changed, and puts in the new ones.
// The server answers 304 as long as nothing did; a page without this script is complete and shows its time.

import { ask, openTag, renew } from "./page.js";

const EVERY_MS = 3000;
const HIDDEN_MS = 60000;
const LONGEST_MS = 15000;
const status = document.querySelector("[data-live-status]");
const line = document.querySelector("[data-live-line]");
const said = document.querySelector("[data-live-said]");
let known = null;
let seenAt = new Date();
let failures = 0;
let timer = 0;
let isAsking = false;

// The server's clock in the server's zone: a reader's own may be wrong, and Indonesia has three.
function written(moment) {
  const options = { hour: "2-digit", minute: "2-digit", second: "2-digit", timeZone: status.dataset.zone };
  return moment.toLocaleTimeString(document.body.dataset.locale, options);
}

function filled(sentence) {
  return status.dataset[sentence].replace("{time}", written(seenAt));
}

// Stands there silently; a reader who listens is told only where something happened.
function show(text) {
  line.textContent = text;
  status.toggleAttribute("data-is-away", failures > 0);
}

function say(sentence) {
  said.textContent = filled(sentence);
}

async function look() {
  known ??= await openTag();
  const url = location.href;
  const { answer, tag, html } = await ask(url, { known });
  if (!answer.ok) throw new Error(answer.status);
  seenAt = new Date(answer.headers.get("Date") ?? Date.now());
  if (failures) say("back");
  // The reader has gone to another day meanwhile.
  if (location.href !== url) return;
  known = tag;
  if (html !== null && renew(html)) say("updated");
}

async function keepLooking() {
  if (isAsking) return;
  isAsking = true;
  clearTimeout(timer);
  try {
    await look();
    failures = 0;
    show(filled("time"));
  } catch {
    failures += 1;
    if (failures === 1) say("away");
    show("");
  }
  isAsking = false;
  const pause = Math.min(EVERY_MS * 2 ** Math.max(failures - 1, 0), LONGEST_MS);
  timer = setTimeout(keepLooking, document.hidden ? HIDDEN_MS : pause);
}

if (status) {
  show(filled("time"));
  keepLooking();
  addEventListener("online", keepLooking);
  document.addEventListener("visibilitychange", () => document.hidden || keepLooking());
}
