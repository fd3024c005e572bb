// Scanning from anywhere: a wedge scanner types faster than people do and ends with Enter. Such
// a burst goes to the search, whatever had the focus, and the field it fell into is as before.
import { characterOf } from "./keys.js";

const PAUSE_MS = 250;
const MEAN_MS = 50;
const LEAST = 6;
const TAKERS = "[data-scan-target], [data-scan-typed], [data-takes-scan], [name=q], [name=code], [name=codes], [name=named]";

let text = "";
let began = 0;
let last = 0;
let before = null;
let place = null;

function editable(target) {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

function remember(target) {
  if (!editable(target) || target.isContentEditable) return null;
  return { field: target, value: target.value, checked: target.checked };
}

function restore() {
  if (!before || before.field.value === before.value) return;
  before.field.value = before.value;
  before.field.dispatchEvent(new Event("input", { bubbles: true }));
}

function forget() {
  text = "";
  before = null;
}

function end(event) {
  const whole = text.length >= LEAST && event.timeStamp - began <= MEAN_MS * text.length;
  const code = text;
  if (whole) {
    event.preventDefault();
    event.stopImmediatePropagation();
    restore();
    openScanned(code);
  }
  forget();
}

function pressed(event) {
  if (event.target.closest?.(TAKERS)) return forget();
  if (event.key === "Enter" || event.code === "Enter" || event.code === "NumpadEnter") return end(event);
  const character = characterOf(event);
  if (!character) return undefined;
  // A burst falls into one place: who moves the focus in between is a person.
  const goesOn = text && event.target === place && event.timeStamp - last <= PAUSE_MS;
  if (!goesOn) {
    text = "";
    began = event.timeStamp;
    place = event.target;
    before = remember(event.target);
  }
  text += character;
  last = event.timeStamp;
  // Shortcuts must not act on the middle of a code; letters still reach the field they fall into.
  if (goesOn && !editable(event.target)) event.stopPropagation();
  return undefined;
}

function changed(field) {
  if (field.type === "hidden" || field.disabled) return false;
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
  if (field.tagName === "SELECT") {
    const chosen = [...field.options].some((option) => option.defaultSelected);
    return [...field.options].some((option, at) => option.selected !== (chosen ? option.defaultSelected : at === 0));
  }
  return "defaultValue" in field && field.value !== field.defaultValue;
}

/** Say whether somebody would lose what they typed if the page went away. */
function typedSomething() {
  const forms = [...document.querySelectorAll("form")].filter((form) => form.method === "post");
  return forms.some((form) => [...form.elements].some(changed));
}

async function showBeside(code) {
  const panel = document.getElementById("scan-found");
  const answer = await fetch(`/search?q=${encodeURIComponent(code)}`, { headers: { "HX-Request": "true" } });
  const found = panel.querySelector("[data-found]");
  found.innerHTML = await answer.text();
  for (const link of found.querySelectorAll("a[href]")) {
    link.target = "_blank";
    link.rel = "noopener";
  }
  if (!panel.open) panel.showModal();
}

/** Go to what a code is of; beside the page where a form is being filled in. */
export function openScanned(code) {
  if (!document.querySelector("[data-search]")) return;
  if (typedSomething()) showBeside(code);
  else location.assign(`/search?q=${encodeURIComponent(code)}`);
}

function searched(event) {
  const form = event.target.closest?.("form.top-search");
  if (!form || !typedSomething()) return;
  event.preventDefault();
  showBeside(form.elements.namedItem("q").value);
}

async function openCamera(button) {
  const { watchCamera } = await import("./camera.js");
  watchCamera(document.getElementById(button.dataset.camera), openScanned);
}

/** Listen once for the whole page. */
export function watchWedge() {
  document.addEventListener("keydown", pressed, true);
  document.addEventListener("submit", searched);
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-camera]");
    if (button) openCamera(button);
    event.target.closest?.("[data-close-dialog]")?.closest("dialog").close();
  });
}
