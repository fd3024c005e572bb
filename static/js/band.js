import { signal } from "./tones.js";

const STATES = ["waiting", "accepted", "duplicate", "rejected", "kept"];

/** Show a code for people: the separator as ␝, its last eight characters apart. */
export function readable(code) {
  const text = code.replaceAll("\u001d", "␝");
  return { head: text.slice(0, -8), tail: text.slice(-8) };
}

/** Show, sound and announce the outcome of one scan in the section's band. */
export function showOutcome(section, outcome, code, detail) {
  const band = section.querySelector("[data-scan-band]");
  band.classList.remove(...STATES.map((state) => `is-${state}`));
  band.classList.add(`is-${outcome}`);
  const word = section.dataset[`word${outcome[0].toUpperCase()}${outcome.slice(1)}`] ?? "";
  band.querySelector("[data-scan-word]").textContent = [word, detail].filter(Boolean).join(" · ");
  const { head, tail } = readable(code);
  const small = document.createElement("small");
  small.textContent = head;
  band.querySelector("[data-scan-code]").replaceChildren(small, tail);
  signal(outcome);
}
