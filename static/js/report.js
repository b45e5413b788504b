// Sends the report form with progress, keeps a draft of what is typed, and leaves to the outbox what cannot be sent now.

import { find, isPossible, onChange, put, remove, send, sendUnkept, tell, underWay, user } from "./outbox.js";
import { bytes } from "./waiting.js";

const DRAFT_LIVES_MS = 14 * 24 * 3600 * 1000;
const key = `draft:${user}:${location.pathname}`;
const holder = document.querySelector("[data-report]");
const status = document.querySelector("[data-report-status]");
const sending = document.querySelector("[data-sending]");
const again = document.querySelector("[data-start-afresh]");
const text = holder?.dataset;
// A form that came with errors would be reset to what was wrong.
const blank = holder?.querySelector("form").cloneNode(true);
let mended;
let queued;
let isSending = false;

const form = () => holder.querySelector("form");
const visible = () => [...form().elements].filter((field) => field.name && !["hidden", "file", "submit"].includes(field.type));
const picker = () => form().querySelector("input[type=file]");

function say(words) {
  status.textContent = words;
  sending.hidden = true;
}

/* --- What was typed --------------------------------------------------------------------------------------- */

function typed() {
  return visible().map((field) => [field.name, field.type === "checkbox" ? field.checked : field.value]);
}

function fill(values) {
  const known = new Map(values);
  for (const field of visible()) {
    if (field.type === "checkbox") field.checked = Boolean(known.get(field.name));
    else if (known.has(field.name)) field.value = known.get(field.name);
  }
}

function fillFiles(files) {
  const chosen = new DataTransfer();
  files.forEach((file) => chosen.items.add(file));
  picker().files = chosen.files;
}

// Of a report that is mended, the device has a version already.
function keepDraft() {
  if (mended) return;
  try {
    localStorage.setItem(key, JSON.stringify({ at: Date.now(), values: typed() }));
  } catch {
    // A full or closed store costs the draft, not the report.
  }
}

function restoreDraft() {
  const drafts = Object.keys(localStorage).filter((name) => name.startsWith("draft:"));
  for (const name of drafts) {
    if (Date.now() - JSON.parse(localStorage[name]).at > DRAFT_LIVES_MS) localStorage.removeItem(name);
  }
  const draft = localStorage.getItem(key);
  if (!draft) return;
  fill(JSON.parse(draft).values);
  again.hidden = false;
  say(text.restored);
}

function startAfresh() {
  localStorage.removeItem(key);
  form().reset();
  again.hidden = true;
  say("");
  form().querySelector("select, input:not([type=hidden])").focus();
}

// A refused report is opened again by its id behind the `#`.
async function restoreRefused() {
  const id = location.hash.slice(1);
  const report = await find(id);
  if (report?.state !== "refused" || report.url !== location.pathname) return false;
  mended = id;
  fill(report.fields);
  fillFiles(report.files.map(([, file]) => file));
  again.hidden = true;
  say(report.sentence);
  form().querySelector("select").focus();
  return true;
}

/* --- Sending ---------------------------------------------------------------------------------------------- */

// The day, the month or the year, as exactly as it is known.
function whenIn({ happened_on: day, date_precision: precision }) {
  const parts = { year: { year: "numeric" }, month: { month: "long", year: "numeric" } }[precision.value] ?? { dateStyle: "long" };
  return new Date(day.value).toLocaleDateString(document.body.dataset.locale, { ...parts, timeZone: "UTC" });
}

// A new id each time: the one in the page may have been used already, and a copy of the page has it too.
function fromForm() {
  const entries = [...new FormData(form())].filter(([name]) => name !== "csrfmiddlewaretoken" && name !== "client_id");
  const { statement } = form().elements;
  const id = crypto.randomUUID();
  return {
    id,
    user,
    url: location.pathname,
    sessionUrl: text.session,
    site: text.site,
    what: `${statement.selectedOptions[0].text}, ${whenIn(form().elements)}`,
    fields: [...entries.filter(([, value]) => typeof value === "string"), ["client_id", id]],
    files: entries.filter(([, value]) => typeof value !== "string" && value.name),
    queuedAt: Date.now(),
    state: "waiting",
    failures: 0,
    dueAt: 0,
  };
}

function showBeginning() {
  sending.hidden = false;
  sending.querySelector("progress").value = 0;
  sending.querySelector("[data-sending-text]").textContent = text.begun;
}

function showProgress(loaded, total) {
  const bar = sending.querySelector("progress");
  const amount = sending.querySelector("[data-sending-text]");
  const percent = Math.floor((loaded / total) * 100);
  bar.value = percent;
  // Said in steps, or a screen reader would talk without end.
  const step = percent - (percent % 10);
  if (amount.dataset.step === String(step)) return;
  amount.dataset.step = step;
  amount.textContent =
    percent === 100 ? text.uploaded : text.progress.replace("{percent}", step).replace("{loaded}", bytes(loaded)).replace("{total}", bytes(total));
}

async function conclude(report, outcome, isKept) {
  const { kind, receiptUrl, page } = outcome;
  if (kind === "sent") {
    localStorage.removeItem(key);
    await remove(report.id).catch(() => {});
    location.assign(receiptUrl);
  } else if (page) {
    showErrors(page, report.files);
    mended = isKept ? report.id : undefined;
  } else if (isKept) {
    holder.replaceChildren(blank.cloneNode(true));
    form().reset();
    say({ "no-line": text.queued, "signed-out": text.signedOut, refused: text.refused }[kind] ?? text.later);
    queued = report.id;
    status.focus();
    navigator.storage?.persist?.();
  } else {
    say(text.notKept);
  }
}

// What was said of a queued report holds until something came of it; then the list says more.
async function followQueued() {
  if (!queued || (await find(queued))?.state === "waiting") return;
  queued = undefined;
  say("");
}

// The same page that the form gives without a script, with the files still chosen. The report stays on the device
// until it is sent again: closing the tab now would lose its files.
function showErrors(page, files) {
  holder.replaceChildren(...page.querySelector("[data-report]").childNodes);
  fillFiles(files.map(([, file]) => file));
  say("");
  (form().querySelector("[aria-invalid=true]") ?? form().querySelector("select")).focus();
}

async function submit(event) {
  event.preventDefault();
  if (isSending) return;
  isSending = true;
  event.submitter?.setAttribute("aria-disabled", "true");
  again.hidden = true;
  const report = fromForm();
  say("");
  showBeginning();
  underWay.add(report.id);
  // Kept first, sent then: whatever happens to this tab, the report is not lost.
  const isKept = await put(report).then(() => true, () => false);
  if (isKept) {
    localStorage.removeItem(key);
    if (mended) await remove(mended);
    mended = undefined;
  }
  const outcome = isKept ? await send(report.id, { onProgress: showProgress }) : await sendUnkept(report, showProgress);
  await conclude(report, outcome ?? (await byAnotherTab(report.id)), isKept);
  isSending = false;
  form().querySelector("button").removeAttribute("aria-disabled");
  if (mended !== report.id) underWay.delete(report.id);
  tell();
}

async function byAnotherTab(id) {
  const report = await find(id);
  return { kind: report?.state ?? "sent", receiptUrl: report?.receiptUrl ?? text.room };
}

async function begin() {
  holder.addEventListener("submit", submit);
  holder.addEventListener("input", keepDraft);
  again.addEventListener("click", startAfresh);
  onChange(followQueued);
  // The list of what waits stands on this page too; its hidden fields may be older than the refusal.
  addEventListener("hashchange", async () => (await find(location.hash.slice(1))) && location.reload());
  if (!(await restoreRefused())) restoreDraft();
}

if (holder && isPossible) begin();
