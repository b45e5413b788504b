// Moves an open page through the days of the rollout. The form beside the slider does the same without this script.
// The day stands in the address, so that a link shows the same later, and Back leads to where the reader came from.

import { ask, renew } from "./page.js";

const DAY_MS = 24 * 3600 * 1000;
const PAUSE_MS = 150;
const FRAME_MS = 600;
const MONTHS_A_FRAME = 3;
const range = () => document.querySelector("[data-time-range]");
let stop = null;
let waiting = 0;
let isByKey = false;
let isPlaying = false;
let isNewJourney = true;
let open = location.pathname + location.search;

function dayAt(number) {
  return new Date(Date.parse(range().dataset.first) + number * DAY_MS);
}

function numberOf(day) {
  const number = Math.round((day - Date.parse(range().dataset.first)) / DAY_MS);
  return Math.min(Math.max(number, Number(range().min)), Number(range().max));
}

// The last day of the month that lies so many months after that of `day`.
function monthEnd(day, months) {
  return new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + months + 1, 0));
}

function nearestMonthEnd(number) {
  const day = dayAt(number);
  return numberOf(monthEnd(day, day.getUTCDate() > 15 ? 0 : -1));
}

function label() {
  const options = { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" };
  const text = dayAt(range().valueAsNumber).toLocaleDateString(document.body.dataset.locale, options);
  range().setAttribute("aria-valuetext", text);
  document.querySelector("[data-time-day]").textContent = text;
  say("");
}

function say(text) {
  const said = document.querySelector("[data-time-said]");
  if (said.textContent !== text) said.textContent = text;
}

function address() {
  const url = new URL(location.href);
  url.hash = "";
  if (range().value === range().max) url.searchParams.delete("as_at");
  else url.searchParams.set("as_at", dayAt(range().valueAsNumber).toISOString().slice(0, 10));
  return url.href;
}

function moveTo(number) {
  range().value = number;
  label();
  clearTimeout(waiting);
  waiting = setTimeout(travel, PAUSE_MS);
}

async function travel() {
  waiting = 0;
  await load(address(), (arrived) => {
    if (isNewJourney) history.pushState(null, "", arrived);
    else history.replaceState(null, "", arrived);
    isNewJourney = false;
  });
}

// The last one wins: whatever is still under way is given up.
async function load(url, onArrival) {
  stop?.abort();
  const mine = (stop = new AbortController());
  try {
    const { answer, html } = await ask(url, { stop: mine });
    if (mine !== stop) return;
    if (!answer.ok) {
      say(answer.status < 500 ? range().dataset.refused : range().dataset.away);
      return;
    }
    onArrival(answer.url);
    open = location.pathname + location.search;
    renew(html);
  } catch {
    if (mine === stop) say(range().dataset.away);
  }
}

// Fields that somebody typed in no longer follow what the page says of them.
function settle() {
  if (!range()) return;
  const asked = range().form.elements.as_at;
  if (asked) asked.value = asked.defaultValue;
  // Unless the reader is further already.
  if (!waiting) range().value = range().defaultValue;
  press(isPlaying);
  label();
}

async function play() {
  if (isPlaying) return press(false);
  press(true);
  isNewJourney = true;
  if (range().value === range().max) range().value = range().min;
  while (isPlaying && range().value !== range().max) {
    const pause = new Promise((done) => setTimeout(done, FRAME_MS));
    range().value = numberOf(monthEnd(dayAt(range().valueAsNumber), MONTHS_A_FRAME));
    label();
    await travel();
    await pause;
  }
  press(false);
}

function press(isOn) {
  isPlaying = isOn;
  document.querySelector("[data-time-play]").setAttribute("aria-pressed", isOn);
}

const onRange = (then) => (event) => event.target.matches?.("[data-time-range]") && then(event);

// On the document, because the control itself may be put in anew.
document.addEventListener("input", onRange(({ target }) => {
  press(false);
  moveTo(isByKey ? target.valueAsNumber : nearestMonthEnd(target.valueAsNumber));
}));
document.addEventListener("keydown", onRange((event) => {
  isByKey = true;
  const months = { PageUp: 1, PageDown: -1 }[event.key];
  if (!months) return;
  event.preventDefault();
  press(false);
  const day = dayAt(range().valueAsNumber);
  const isEnd = monthEnd(day, 0).getTime() === day.getTime();
  moveTo(numberOf(monthEnd(day, months > 0 && !isEnd ? 0 : months)));
}));
document.addEventListener("pointerdown", onRange(() => {
  isByKey = false;
  isNewJourney = true;
}));
document.addEventListener("focusin", onRange(() => {
  isNewJourney = true;
}));
document.addEventListener("click", ({ target }) => target.matches?.("[data-time-play]") && play());
document.addEventListener("pantau:renewed", settle);
addEventListener("popstate", () => {
  if (range() && location.pathname + location.search !== open) load(location.href, () => {});
});

// Browsers bring back where a slider stood when the page was left.
settle();
