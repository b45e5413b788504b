// Shows an officer the reports that wait on this device, and sends them when there is a line again.

import { all, isPossible, onChange, put, remove, send, sendAll, session, underWay } from "./outbox.js";

const EVERY_MS = 30 * 1000;
const section = document.querySelector("[data-outbox]");
const lists = section?.querySelector("[data-waiting-list]");
const pattern = section?.querySelector("template");
const status = section?.querySelector("[data-waiting-status]");
const text = section?.dataset;
const language = document.body.dataset.locale;
let drawn = "";

export function bytes(amount) {
  const unit = amount < 1e6 ? ["kilobyte", 1e3] : ["megabyte", 1e6];
  const style = { style: "unit", unit: unit[0], maximumFractionDigits: 1 };
  return new Intl.NumberFormat(language, style).format(amount / unit[1]);
}

function moment(time) {
  return new Intl.DateTimeFormat(language, { day: "numeric", month: "long", hour: "2-digit", minute: "2-digit" }).format(time);
}

function say(words) {
  if (status.textContent !== words) status.textContent = words;
}

function stateOf(report) {
  if (report.state === "waiting" && session.hasEnded) return "signedOut";
  return report.state;
}

function refusal({ sentence, status: code }) {
  if (sentence) return sentence;
  return code === 413 ? text.tooLarge : text.refusedWithCode.replace("{code}", code ?? "–");
}

function item(report) {
  const row = pattern.content.cloneNode(true).firstElementChild;
  const part = (name) => row.querySelector(`[data-part="${name}"]`);
  const state = stateOf(report);
  const size = report.files.reduce((sum, [, file]) => sum + file.size, 0);
  row.dataset.id = report.id;
  part("what").textContent = `${report.site}: ${report.what}`;
  part("about").textContent = [
    text.queued.replace("{time}", moment(report.queuedAt)),
    report.files.length ? text.files.replace("{count}", report.files.length).replace("{size}", bytes(size)) : "",
  ].filter(Boolean).join(" · ");
  part("state").className = `badge badge--${{ sent: "done", refused: "halted" }[report.state] ?? "underway"}`;
  part("label").textContent = text[state];
  part("sentence").textContent = report.state === "refused" ? refusal(report) : "";
  part("receipt").textContent = report.receipt ?? "";
  part("receipt").href = report.receiptUrl ?? "";
  part("mend").href = `${report.url}#${report.id}`;
  part("sign-in").href = `${text.signIn}?next=${encodeURIComponent(location.pathname)}`;
  const shown = {
    receipt: state === "sent",
    send: state === "waiting" || state === "refused",
    mend: state === "refused" && report.isMendable,
    "sign-in": state === "signedOut",
    delete: true,
  };
  for (const [name, isShown] of Object.entries(shown)) part(name).hidden = !isShown;
  part("send").addEventListener("click", () => again(report));
  part("delete").addEventListener("click", () => drop(report));
  return row;
}

async function draw() {
  const reports = (await all()).filter(({ id }) => !underWay.has(id));
  const current = JSON.stringify([session.hasEnded, reports.map(({ id, state, sentence }) => [id, state, sentence])]);
  if (current === drawn) return;
  drawn = current;
  const { id, part } = focused();
  lists.replaceChildren(...reports.map(item));
  section.hidden = reports.length === 0;
  if (id) (lists.querySelector(`[data-id="${id}"] [data-part="${part}"]:not([hidden])`) ?? section).focus();
}

function focused() {
  const holder = lists.contains(document.activeElement) && document.activeElement.closest("[data-id]");
  return holder ? { id: holder.dataset.id, part: document.activeElement.dataset.part } : {};
}

function showProgress(id, loaded, total) {
  const bar = lists.querySelector(`[data-id="${id}"] progress`);
  if (!bar) return;
  bar.hidden = false;
  bar.value = loaded / total;
}

function conclude(ended) {
  lists.querySelectorAll("progress").forEach((bar) => (bar.hidden = true));
  if (ended === undefined) return;
  const words = { "no-line": text.noLine, "signed-out": text.signedOut, sent: text.allSent, refused: text.mend };
  say(words[ended] ?? text.later);
  draw();
}

async function again(report) {
  if (report.state === "refused") await put({ ...report, state: "waiting", failures: 0, dueAt: 0 });
  say(text.sending);
  const outcome = await send(report.id, { onProgress: (...amount) => showProgress(report.id, ...amount) });
  conclude(outcome?.kind);
}

async function drop(report) {
  if (report.state === "sent" || confirm(text.question.replace("{what}", `${report.site}: ${report.what}`))) await remove(report.id);
}

async function tryAll(isUrgent) {
  conclude(await sendAll({ isUrgent, onProgress: showProgress }));
}

// Keeps this page for when there is no line, and says so when it is such a copy.
function keepPage() {
  const workers = navigator.serviceWorker;
  if (!workers) return;
  // Without a line it cannot be fetched; the next page asks for it again.
  workers.register(text.worker, { scope: text.scope }).catch(() => {});
  if (!workers.controller) workers.ready.then(({ active }) => active.postMessage(location.pathname));
}

function markCopy() {
  const { copy } = document.body.dataset;
  if (!copy) return;
  const notice = document.querySelector("[data-copy-notice]");
  notice.textContent = notice.dataset.copyNotice.replace("{time}", moment(Date.parse(copy)));
  notice.hidden = false;
  // Only a report can wait for the line.
  document.querySelectorAll("main form:not([data-report] form) button").forEach((button) => (button.disabled = true));
}

if (section && isPossible) {
  markCopy();
  keepPage();
  onChange(draw);
  draw().then(() => tryAll(true));
  addEventListener("online", () => tryAll(true));
  setInterval(() => tryAll(false), EVERY_MS);
}
