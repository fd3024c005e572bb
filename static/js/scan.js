// A place to scan: a wedge scanner's keys or typed text, each code written under its own key.
import { showOutcome } from "./band.js";
import { newKey } from "./ids.js";
import { collectScans } from "./keys.js";
import { unlockSound } from "./tones.js";

const PATIENCE_MS = 15000;
const DONE = new Set(["accepted", "duplicate", "rejected"]);

async function send(section, code, key) {
  const answer = await fetch(section.dataset.url, {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      Accept: "application/json",
      "Accept-Language": document.documentElement.lang,
      "Idempotency-Key": key,
      "X-CSRFToken": section.dataset.csrf,
    },
    body: JSON.stringify({ ...JSON.parse(section.dataset.fields || "{}"), code }),
    signal: AbortSignal.timeout ? AbortSignal.timeout(PATIENCE_MS) : undefined,
  });
  return { status: answer.status, body: await answer.json().catch(() => ({})) };
}

function outcomeOf({ status, body }) {
  if (DONE.has(body.outcome)) return body.outcome;
  if (status < 300) return "accepted";
  return body.code === "already-done" ? "duplicate" : "rejected";
}

// A lost answer is asked for again under the same key: the server answers once, twice the same.
async function sendWithRepeat(section, code) {
  const key = newKey();
  try {
    return await send(section, code, key);
  } catch {
    return await send(section, code, key);
  }
}

async function write(section, code) {
  try {
    const answer = await sendWithRepeat(section, code);
    const outcome = outcomeOf(answer);
    showOutcome(section, outcome, code, answer.body.message ?? answer.body.detail ?? "");
    const detail = { code, outcome, ...answer };
    section.dispatchEvent(new CustomEvent("scan:done", { bubbles: true, detail }));
    if (answer.body.fill && section.dataset.fills) fill(section.dataset.fills, answer.body.fill);
    if (outcome === "accepted" && section.dataset.refresh) refresh(section.dataset.refresh);
  } catch {
    showOutcome(section, "rejected", code, section.dataset.wordOffline);
  }
}

// What a label said of goods that must be added by hand goes into the form for it.
function fill(selector, values) {
  const form = document.querySelector(selector);
  if (!form) return;
  for (const [name, value] of Object.entries(values)) {
    const field = form.elements.namedItem(name);
    if (field) field.value = value;
  }
  const next = [...form.elements].find((field) => field.required && !field.value);
  next?.focus();
}

function refresh(selector) {
  for (const part of document.querySelectorAll(selector)) part.dispatchEvent(new CustomEvent("refresh"));
}

function typedCode(section) {
  const typed = section.querySelector("[data-scan-typed]");
  const code = typed.value.trim();
  typed.value = "";
  typed.focus();
  return code;
}

/** Bring one scan section to life; `take(section, code)` writes a code. */
export function openScan(section, take = write) {
  let queue = Promise.resolve();
  const enter = (code) => {
    unlockSound();
    if (code) queue = queue.then(() => take(section, code));
  };
  const target = section.querySelector("[data-scan-target]");
  collectScans(target, enter);
  target.addEventListener("click", () => {
    unlockSound();
    target.focus();
  });
  section.querySelector("[data-scan-typed]").addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    enter(typedCode(section));
  });
  section.querySelector("[data-scan-enter]").addEventListener("click", () => enter(typedCode(section)));
  section.dataset.scan = "ready";
}

function start(root) {
  const sections = root.querySelectorAll("[data-scan]:not([data-scan='ready']):not([data-queue])");
  for (const section of sections) openScan(section);
  const first = document.querySelector("[data-scan-target]");
  if (first && document.activeElement === document.body) first.focus({ preventScroll: true });
}

document.addEventListener("htmx:load", (event) => start(event.detail.elt.parentNode ?? document));
start(document);
