// Keeps reports on the device until the server has answered for them, and sends each of them once.
// A report carries an id made here: however often it arrives, the server enters it once and gives the same receipt.

const FIRST_WAIT_MS = 30 * 1000;
const MAX_FAILURES = 8;
const STALLED_MS = 90 * 1000;
const SENT_IS_SHOWN_MS = 24 * 3600 * 1000;

export const user = document.body.dataset.user;
// Without a secure context there are neither locks nor ids; the form then posts as it does without a script.
export const isPossible = Boolean(user && self.isSecureContext && navigator.locks && self.indexedDB);

const channel = isPossible ? new BroadcastChannel("outbox") : null;
const listeners = new Set();
// Those that this page shows elsewhere.
export const underWay = new Set();
// What the server last said of whoever uses this page.
export const session = { hasEnded: false };
let database;

/* --- What is kept ----------------------------------------------------------------------------------------- */

function done(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function opened() {
  database ??= new Promise((resolve, reject) => {
    const request = indexedDB.open("pantau-mpp", 1);
    request.onupgradeneeded = () => request.result.createObjectStore("reports", { keyPath: "id" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return database;
}

async function reading() {
  return (await opened()).transaction("reports").objectStore("reports");
}

// Resolves when the change is on disk, which may fail after the request itself succeeded.
async function write(change) {
  const transaction = (await opened()).transaction("reports", "readwrite", { durability: "strict" });
  change(transaction.objectStore("reports"));
  await new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = () => reject(transaction.error);
  });
  tell();
}

export function tell() {
  channel.postMessage(null);
  listeners.forEach((listener) => listener());
}

export function onChange(listener) {
  listeners.add(listener);
  channel.addEventListener("message", listener);
}

// Only one's own: somebody else on this device neither sees nor sends them.
export async function find(id) {
  const report = await done((await reading()).get(id));
  return report?.user === user ? report : undefined;
}

export async function all() {
  const reports = (await done((await reading()).getAll())).filter((report) => report.user === user);
  return reports.sort((one, other) => one.queuedAt - other.queuedAt);
}

export function put(report) {
  return write((store) => store.put(report));
}

export function remove(id) {
  return write((store) => store.delete(id));
}

/* --- Sending ---------------------------------------------------------------------------------------------- */

// Who is signed in, with a token that is good for nobody else: it changes with every sign-in.
function whoIsSignedIn(url) {
  return fetch(url, { cache: "no-store", signal: AbortSignal.timeout(20000) });
}

function post(report, token, onProgress) {
  const body = new FormData();
  report.fields.forEach(([name, value]) => body.append(name, value));
  report.files.forEach(([name, file]) => body.append(name, file, file.name));
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    let stalled;
    const isAlive = () => {
      clearTimeout(stalled);
      stalled = setTimeout(() => request.abort(), STALLED_MS);
    };
    request.upload.onprogress = (event) => {
      isAlive();
      if (event.lengthComputable) onProgress(event.loaded, event.total);
    };
    request.onload = () => resolve(request);
    request.onerror = request.onabort = () => reject(new Error("no answer"));
    request.onloadend = () => clearTimeout(stalled);
    request.open("POST", report.url);
    request.setRequestHeader("X-CSRFToken", token);
    request.responseType = "document";
    isAlive();
    request.send(body);
  });
}

function sentences(page) {
  const said = [...(page?.querySelectorAll("[data-report] .field__error, .notice p:not(:has(a))") ?? [])];
  return said
    .map((line) => [line.closest(".field")?.querySelector("label")?.textContent, line.textContent].filter(Boolean).join(": "))
    .join(" ");
}

// What the server's answer means for the report. A page that is none of ours, as of a hotspot, is no answer.
function meaning({ status, response: page, responseURL }) {
  const sentence = sentences(page);
  if (status >= 500 || status === 408 || status === 429) return { kind: "later", sentence };
  if (status >= 400) return { kind: "refused", status, sentence, isMendable: status === 413 };
  const receipt = page?.querySelector("[data-receipt]")?.dataset.receipt;
  if (receipt) return { kind: "sent", receipt, receiptUrl: responseURL };
  if (page?.querySelector("[data-report]")) return { kind: "refused", status, sentence, isMendable: true, page };
  return { kind: page?.body.dataset.user === "" ? "signed-out" : "no-line" };
}

async function attempt(report, onProgress) {
  try {
    const answer = await whoIsSignedIn(report.sessionUrl);
    if (answer.status >= 500) return { kind: "busy" };
    const { user: current, token } = await answer.json();
    session.hasEnded = String(current) !== report.user;
    if (session.hasEnded) return { kind: "signed-out" };
    return meaning(await post(report, token, onProgress));
  } catch {
    return { kind: "no-line" };
  }
}

function noted(report, { kind, ...said }) {
  const now = Date.now();
  if (kind === "sent") return { ...report, ...said, state: "sent", sentAt: now, fields: [], files: [] };
  delete said.page;
  if (kind === "later") {
    const failures = report.failures + 1;
    if (failures < MAX_FAILURES) return { ...report, failures, dueAt: now + FIRST_WAIT_MS * 2 ** failures };
    return { ...report, ...said, failures: 0, state: "refused" };
  }
  return kind === "refused" ? { ...report, ...said, state: "refused" } : report;
}

// Sends a report while no other tab sends; returns what came of it, or nothing when another tab saw to it.
export function send(id, { onProgress = () => {}, wait = true } = {}) {
  return navigator.locks.request("outbox", { ifAvailable: !wait }, async (lock) => {
    const report = lock && (await find(id));
    if (report?.state !== "waiting") return undefined;
    const outcome = await attempt(report, onProgress);
    // Deleted meanwhile, and it did not arrive: then it stays deleted.
    // A full device cannot note that it arrived; sent again, it gets the same receipt.
    if (outcome.kind === "sent" || (await find(id))) await put(noted(report, outcome)).catch(() => {});
    return outcome;
  });
}

// Sends a report that this device cannot keep.
export function sendUnkept(report, onProgress) {
  return navigator.locks.request("outbox", () => attempt(report, onProgress));
}

// Sends what waits, oldest first, until there is no line; returns how that ended.
export async function sendAll({ isUrgent = false, onProgress } = {}) {
  let ended;
  for (const report of await all()) {
    if (report.state === "sent" && Date.now() - report.sentAt > SENT_IS_SHOWN_MS) await remove(report.id);
    if (report.state !== "waiting" || (!isUrgent && report.dueAt > Date.now())) continue;
    const outcome = await send(report.id, { wait: false, onProgress: (...amount) => onProgress?.(report.id, ...amount) });
    ended = outcome?.kind ?? ended;
    if (["no-line", "signed-out", "busy"].includes(ended)) break;
  }
  return ended;
}
