// The dispatcher's desk: drag a stop, move it by keyboard, or tap it and choose where it goes.
// All three fill in the form beside the time lines; the server answers what the change would be.
const FAR = 6; // pixels that make a press a drag
let drag = null;
let focusOn = null;

function form() {
  return document.getElementById("desk-form");
}

function rowOf(element) {
  return element?.closest?.("[data-row]") ?? null;
}

function chipsOf(row) {
  return [...row.querySelectorAll("[data-stop]")];
}

function send(codes, vehicle, place) {
  const fields = form().elements;
  const choice = [...fields.what.options].find((option) => option.value === codes);
  if (!choice) return;
  fields.what.value = codes;
  fields.to.value = vehicle;
  fields.at.value = String(place + 1);
  focusOn = codes;
  form().requestSubmit(document.getElementById("desk-check"));
}

// Where in a row a pointer lets go: before how many of the other stops.
function placeAt(row, event, codes) {
  const onLine = event.target?.closest?.(".gantt") ?? document.elementFromPoint(event.clientX, event.clientY)?.closest?.(".gantt");
  const marks = onLine
    ? [...row.querySelectorAll("[data-halt]")].map((halt) => ({ codes: halt.dataset.halt, box: halt.querySelector(".grip").getBoundingClientRect() }))
    : chipsOf(row).map((chip) => ({ codes: chip.dataset.stop, box: chip.getBoundingClientRect() }));
  const before = ({ box }) =>
    (!onLine && box.bottom < event.clientY) || (box.left + box.width / 2 < event.clientX && (onLine || box.top <= event.clientY));
  return marks.filter((mark) => mark.codes !== codes && before(mark)).length;
}

function light(codes, on) {
  for (const part of document.querySelectorAll("[data-halt]")) part.classList.toggle("is-lit", on && part.dataset.halt === codes);
}

function markRow(row) {
  for (const other of document.querySelectorAll("[data-row].is-target")) other.classList.remove("is-target");
  row?.classList.add("is-target");
}

function press(event) {
  const held = event.target.closest?.("[data-stop], [data-halt]");
  if (!held || !held.closest("[data-desk]") || event.button !== 0 || event.pointerType === "touch" || event.target.closest("label")) return;
  drag = { codes: held.dataset.stop ?? held.dataset.halt, x: event.clientX, y: event.clientY, moving: false, ghost: null };
}

function ghostOf(codes) {
  const chip = [...document.querySelectorAll("[data-stop]")].find((one) => one.dataset.stop === codes);
  const ghost = document.createElement("div");
  ghost.className = "drag-ghost";
  ghost.textContent = chip?.querySelector(".chip").textContent ?? codes;
  document.body.append(ghost);
  return ghost;
}

function pull(event) {
  if (!drag) return;
  if (!drag.moving && Math.hypot(event.clientX - drag.x, event.clientY - drag.y) < FAR) return;
  if (!drag.moving) {
    drag.moving = true;
    drag.ghost = ghostOf(drag.codes);
    light(drag.codes, true);
  }
  event.preventDefault();
  drag.ghost.style.transform = `translate(${event.clientX + 12}px, ${event.clientY + 12}px)`;
  markRow(rowOf(document.elementFromPoint(event.clientX, event.clientY)));
}

function drop(event) {
  const held = drag;
  drag = null;
  if (!held?.moving) return;
  held.ghost.remove();
  markRow(null);
  light(held.codes, false);
  if (event.type === "pointercancel") return;
  // The press that began the drag must not count as a click on the stop.
  document.addEventListener("click", (click) => click.stopPropagation(), { capture: true, once: true });
  setTimeout(() => document.dispatchEvent(new Event("click")), 0);
  const row = rowOf(document.elementFromPoint(event.clientX, event.clientY));
  if (row) send(held.codes, row.dataset.row, placeAt(row, event, held.codes));
}

// Tapping a stop takes it to the form: choose the vehicle there.
function choose(event) {
  const chip = event.target.closest?.("[data-chip]");
  if (!chip) return;
  const { what, to } = form().elements;
  what.value = chip.closest("[data-stop]").dataset.stop;
  form().scrollIntoView({ block: "center" });
  to.focus();
}

const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

function step(event) {
  if (event.key === "Escape" && drag?.moving) drop(new Event("pointercancel"));
  const chip = event.target.closest?.("[data-chip]");
  const way = event.altKey && STEPS[event.key];
  if (!chip || !way) return;
  event.preventDefault();
  const stop = chip.closest("[data-stop]");
  const rows = [...document.querySelectorAll("[data-row]")];
  const row = rows[rows.indexOf(rowOf(stop)) + way[0]];
  const place = Number(stop.dataset.place) + way[1];
  if (!row || place < 0 || (way[1] > 0 && place >= chipsOf(row).length)) return;
  send(stop.dataset.stop, row.dataset.row, Math.min(place, chipsOf(row).length));
}

function relock(event) {
  if (event.target.matches?.("[data-desk] [data-lock]")) form().requestSubmit(document.getElementById("desk-check"));
}

// A swap must lose neither the address nor the place of whoever works by keyboard.
function settle(event) {
  if (event.detail.elt?.id !== "desk" && event.detail.target?.id !== "desk") return;
  history.replaceState(null, "", event.detail.pathInfo?.finalRequestPath ?? location.href);
  if (focusOn === null) return;
  const first = focusOn.split(",")[0];
  focusOn = null;
  const chip = [...document.querySelectorAll("[data-stop]")].find((one) => one.dataset.stop.split(",").includes(first));
  chip?.querySelector("[data-chip]").focus();
}

function showWindow(event) {
  const stop = event.target.closest?.("[data-stop]");
  if (stop) light(stop.dataset.stop, event.type === "focusin" || event.type === "mouseover");
}

document.addEventListener("pointerdown", press);
document.addEventListener("pointermove", pull);
document.addEventListener("pointerup", drop);
document.addEventListener("pointercancel", drop);
document.addEventListener("click", choose);
document.addEventListener("keydown", step);
document.addEventListener("change", relock);
document.addEventListener("htmx:afterSettle", settle);
for (const name of ["focusin", "focusout", "mouseover", "mouseout"]) document.addEventListener(name, showWindow);
