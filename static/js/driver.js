// The driver's phone: pages of the run kept for places without signal, scans queued durably.
import { showOutcome } from "./band.js";
import { counts, keep, refused, sendAll, settleRefused } from "./outbox.js";
import { openScan } from "./scan.js";

const EVERY_MS = 30000;
const PAGES = "tongcang-run";
const HOUR_MS = 3600000;

const shell = document.querySelector("[data-driver]");
let failures = 0;
let notBefore = 0;

async function showCounts() {
  const now = await counts();
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
  const rows = (await refused()).map((event) => {
    const row = list.querySelector("template").content.firstElementChild.cloneNode(true);
    row.querySelector("[data-refused-code]").textContent = event.code;
    row.querySelector("[data-refused-reason]").textContent = event.answer?.detail ?? event.answer?.code ?? "";
    row.querySelector("button").addEventListener("click", () => settleRefused(event.client_event_id).then(showCounts));
    return row;
  });
  list.querySelector("[data-refused-rows]").replaceChildren(...rows);
  list.hidden = rows.length === 0;
}

async function sync({ atOnce = false } = {}) {
  if (!shell || (!atOnce && Date.now() < notBefore)) return new Map();
  try {
    const answers = await sendAll(shell.dataset.sendUrl, shell.dataset.csrf);
    failures = 0;
    return answers;
  } catch {
    failures += 1;
    const pause = Math.min(60, 2 ** (failures - 1)) * 1000;
    notBefore = Date.now() + pause * (0.75 + Math.random() / 2);
    return new Map();
  } finally {
    await showCounts();
  }
}

async function takeScan(section, code) {
  const fields = JSON.parse(section.dataset.fields || "{}");
  const event = await keep({ ...fields, code });
  const answer = (await sync({ atOnce: true })).get(event.client_event_id);
  const outcome = answer?.outcome ?? "kept";
  showOutcome(section, outcome, code, answer?.detail ?? "");
  const detail = { code, outcome, body: answer ?? {} };
  section.dispatchEvent(new CustomEvent("scan:done", { bubbles: true, detail }));
  if (answer && section.dataset.refresh) {
    for (const part of document.querySelectorAll(section.dataset.refresh)) part.dispatchEvent(new CustomEvent("refresh"));
    keepPages();
  }
}

// The first visit is not controlled by the service worker, so the page keeps itself.
async function keepPages() {
  if (!("caches" in window)) return;
  const cache = await caches.open(PAGES);
  const links = [...document.querySelectorAll("a[data-offline]")].map((link) => link.href);
  const kept = await Promise.allSettled([location.href, ...links].map((address) => cache.add(address)));
  const note = document.querySelector("[data-kept]");
  if (!note || kept.some((page) => page.status === "rejected")) return;
  const time = new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
  note.textContent = `${note.dataset.kept} ${time}`;
}

// Whoever signs out must leave no scan behind; the run's pages go with them.
async function signOut(event) {
  event.preventDefault();
  const form = event.target;
  await sync({ atOnce: true });
  if ((await counts()).waiting) {
    document.getElementById("problems").textContent = shell.dataset.wordUnsent;
    return;
  }
  if ("caches" in window) await caches.delete(PAGES);
  form.submit();
}

function start() {
  for (const section of document.querySelectorAll("[data-scan][data-queue]")) openScan(section, takeScan);
  document.querySelector("[data-sign-out]")?.addEventListener("submit", signOut);
  window.addEventListener("online", () => sync({ atOnce: true }));
  document.addEventListener("visibilitychange", () => document.hidden || sync());
  setInterval(sync, EVERY_MS);
  sync({ atOnce: true });
  navigator.storage?.persist?.();
  navigator.serviceWorker?.register(shell.dataset.worker, { scope: "/driver/" }).then(keepPages, keepPages);
}

if (shell) start();
