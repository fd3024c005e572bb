import htmx from "htmx.org";
import Alpine from "@alpinejs/csp";
import { labelCells } from "./tables.js";
import { watchChrome } from "./chrome.js";
import { watchForms } from "./forms.js";
import { watchGrids } from "./grid.js";
import { watchWedge } from "./wedge.js";

Object.assign(htmx.config, {
  allowEval: false,
  allowScriptTags: false,
  includeIndicatorStyles: false,
  selfRequestsOnly: true,
  historyCacheSize: 0,
  responseHandling: [
    { code: "204", swap: false },
    { code: "[23]..", swap: true },
    { code: "[45]..", swap: true, error: true, target: "#problems", swapOverride: "innerHTML" },
  ],
});

/** Put one line into the polite live region. */
export function announce(text) {
  const live = document.getElementById("live");
  if (live) live.textContent = text;
}

function clearProblems(event) {
  const quiet = event.detail.elt?.getAttribute?.("hx-trigger")?.startsWith("every");
  if (!quiet) document.getElementById("problems")?.replaceChildren();
}

function showProblems(event) {
  if (event.detail.target?.id !== "problems") return;
  event.detail.target.scrollIntoView({ block: "nearest" });
}

document.addEventListener("htmx:beforeRequest", clearProblems);
document.addEventListener("htmx:afterSwap", showProblems);
document.addEventListener("htmx:load", (event) => labelCells(event.detail.elt));

watchForms();
watchGrids();
window.Alpine = Alpine;
document.addEventListener("DOMContentLoaded", () => {
  labelCells(document);
  watchChrome();
  watchWedge();
  Alpine.start();
});
