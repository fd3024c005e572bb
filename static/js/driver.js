// The driver's phone: pages of the run kept for places without signal, scans queued durably.
import { showOutcome } from "./band.js";
import { counts, keep, refused, sendAll, settleRefused } from "./outbox.js";
import { openScan } from "./scan.js";
import { unlockSound } from "./tones.js";

const EVERY_MS = 30000;
const PAGES = "tongcang-run";
const HOUR_MS = 3600000;
const UNDO_MS = 10000;

const shell = document.querySelector("[data-driver]");
const queue = shell?.dataset.queue ?? "driver";
let failures = 0;
let notBefore = 0;

async function showCounts() {
  const now = await counts(queue);
  for (const line of document.querySelectorAll("[data-queue-counts]")) {
    for (const place of line.querySelectorAll("[data-count]")) place.textContent = String(now[place.dataset.count]);
    const late = Number(line.dataset.lateHours) * HOUR_MS;
    line.classList.toggle("is-late", now.oldest !== null && Date.now() - Date.parse(now.oldest) > late);
  }
  await listRefused();
  return now;
}

async function listRefused() {
  const list = document.querySelector("[data-refused]");
  if (!list) return;
  const rows = (await refused(queue)).map((event) => {
    const row = list.querySelector("template").content.firstElementChild.cloneNode(true);
    row.querySelector("[data-refused-code]").textContent = event.code ?? event.kind;
    row.querySelector("[data-refused-reason]").textContent = event.answer?.detail ?? event.answer?.code ?? "";
    row.querySelector("button").addEventListener("click", () => settleRefused(event.client_event_id).then(showCounts));
    return row;
  });
  list.querySelector("[data-refused-rows]").replaceChildren(...rows);
  list.hidden = rows.length === 0;
}

// One sending after the other: whoever waits for an answer also hears what an earlier one got.
let sending = Promise.resolve();
const heard = new Map();

function sync(options) {
  sending = sending.then(() => sendNow(options));
  return sending;
}

async function sendNow({ atOnce = false } = {}) {
  if (!shell || (!atOnce && Date.now() < notBefore)) return;
  try {
    for (const [id, answer] of await sendAll(shell.dataset.sendUrl, shell.dataset.csrf, queue)) heard.set(id, answer);
    failures = 0;
  } catch {
    failures += 1;
    const pause = Math.min(60, 2 ** (failures - 1)) * 1000;
    notBefore = Date.now() + pause * (0.75 + Math.random() / 2);
  } finally {
    await showCounts();
  }
}

// Facts the page adds to every scan, such as who receives the goods.
function pageFacts() {
  const inputs = [...document.querySelectorAll("[data-event-field]")];
  return Object.fromEntries(inputs.map((input) => [input.name, input.value.trim()]));
}

async function keepAndSend(fact) {
  const event = await keep(fact, queue);
  await sync({ atOnce: true });
  const answer = heard.get(event.client_event_id);
  heard.delete(event.client_event_id);
  return { event, answer, outcome: answer?.outcome ?? "kept" };
}

function refresh(selector) {
  if (!selector) return;
  for (const part of document.querySelectorAll(selector)) part.dispatchEvent(new CustomEvent("refresh"));
  keepPage();
}

async function takeScan(section, code) {
  const fields = JSON.parse(section.dataset.fields || "{}");
  const { event, answer, outcome } = await keepAndSend({ ...fields, ...pageFacts(), code });
  showOutcome(section, outcome, code, answer?.detail ?? "");
  if (outcome === "accepted") offerUndo(event);
  const detail = { code, outcome, body: answer ?? {} };
  section.dispatchEvent(new CustomEvent("scan:done", { bubbles: true, detail }));
  if (answer?.go) location.assign(shell.dataset.go + encodeURIComponent(answer.go));
  else if (answer) refresh(section.dataset.refresh);
}

// A form that records an event without scanning: arrived, closed, refused, left behind, leave.
async function takeForm(form) {
  const typed = Object.fromEntries([...new FormData(form)].filter(([, value]) => value !== ""));
  const fields = { ...JSON.parse(form.dataset.fields), ...typed };
  unlockSound();
  const { answer, outcome } = await keepAndSend(fields);
  const band = document.querySelector("[data-scan][data-queue]");
  if (band) showOutcome(band, outcome, fields.code ?? "", answer?.detail ?? "");
  else if (answer?.detail) document.getElementById("problems").textContent = answer.detail;
  if (!answer) return;
  if (form.hasAttribute("data-reload") && outcome !== "rejected") location.reload();
  else refresh(form.dataset.refresh);
}

let undoTimer = 0;

function offerUndo(event) {
  const button = document.querySelector("[data-undo]");
  if (!button || event.kind === "return") return;
  button.dataset.undoes = event.client_event_id;
  button.hidden = false;
  clearTimeout(undoTimer);
  undoTimer = setTimeout(() => (button.hidden = true), UNDO_MS);
}

async function undo(button) {
  button.hidden = true;
  const { run, undoes } = button.dataset;
  const { answer, outcome } = await keepAndSend({ kind: "undo", run, undoes });
  const band = document.querySelector("[data-scan][data-queue]");
  if (band) showOutcome(band, outcome, "", answer?.detail ?? "");
  if (answer) refresh(button.dataset.refresh);
}

async function keepPage() {
  if ("caches" in window) await (await caches.open(PAGES)).add(location.href).catch(() => undefined);
}

// The first visit is not controlled by the service worker, so the page keeps itself. Only with an
// active worker, which has its files by then, can a page be opened again without signal.
async function keepPages() {
  if (!("caches" in window)) return;
  const cache = await caches.open(PAGES);
  const links = [...document.querySelectorAll("a[data-offline]")].map((link) => link.href);
  const kept = await Promise.allSettled([location.href, ...links].map((address) => cache.add(address)));
  const note = document.querySelector("[data-kept]");
  if (!note || kept.some((page) => page.status === "rejected")) return;
  await navigator.serviceWorker.ready;
  const time = new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
  note.textContent = `${note.dataset.kept} ${time}`;
}

// Whoever signs out or ends a run must leave no scan behind; signing out takes the pages along.
async function allSent() {
  await sync({ atOnce: true });
  const waiting = (await counts(queue)).waiting;
  document.getElementById("problems").textContent = waiting ? shell.dataset.wordUnsent : "";
  return !waiting;
}

async function sendFirst(form) {
  if (!(await allSent())) return;
  if (form.hasAttribute("data-sign-out") && "caches" in window) await caches.delete(PAGES);
  form.submit();
}

// htmx would send a form at once. While it waited, the page may have refreshed the form away.
async function asked(event) {
  const form = event.target;
  if (!form.matches("[data-needs-sent]")) return;
  event.preventDefault();
  if (!(await allSent())) return;
  if (form.isConnected) event.detail.issueRequest(true);
  else document.querySelector("[data-needs-sent]")?.requestSubmit();
}

function submitted(event) {
  const form = event.target;
  const isEvent = form.hasAttribute("data-driver-event");
  if (!isEvent && !form.matches("[data-sign-out], [data-needs-sent]:not([hx-post])")) return;
  event.preventDefault();
  if (isEvent) takeForm(form);
  else sendFirst(form);
}

function start() {
  for (const section of document.querySelectorAll("[data-scan][data-queue]")) openScan(section, takeScan);
  document.addEventListener("submit", submitted);
  document.addEventListener("htmx:confirm", asked);
  document.querySelector("[data-undo]")?.addEventListener("click", (event) => undo(event.currentTarget));
  window.addEventListener("online", () => sync({ atOnce: true }));
  document.addEventListener("visibilitychange", () => document.hidden || sync());
  setInterval(sync, EVERY_MS);
  sync({ atOnce: true });
  navigator.storage?.persist?.();
  navigator.serviceWorker?.register(shell.dataset.worker, { scope: shell.dataset.scope ?? "/driver/" }).then(keepPages, keepPages);
}

if (shell) start();
