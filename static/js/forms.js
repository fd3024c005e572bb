// Forms of pages: sent without leaving the page, so that a refusal is read beside what was typed.
// Without scripts they are ordinary forms.
import { newKey } from "./ids.js";

const ELSEWHERE = "X-Location";

function formOf(element) {
  return element?.closest?.("form") ?? null;
}

function renewKeys(root) {
  for (const input of root.querySelectorAll("input[name='client_key']")) input.value = newKey();
}

// Any answer settles the key, a refusal too; only a request without one may be repeated under it.
function settleKey(event) {
  const form = formOf(event.detail.elt);
  if (form && event.detail.xhr.status > 0) renewKeys(form);
}

function goElsewhere(event) {
  const address = event.detail.xhr.getResponseHeader(ELSEWHERE);
  if (!address) return;
  const target = new URL(address, location.href);
  const here = target.pathname === location.pathname && target.search === location.search;
  location.assign(target);
  if (here && target.hash) location.reload();
}

function useSubmitter(event) {
  const submitter = event.detail.triggeringEvent?.submitter;
  const address = submitter?.getAttribute("formaction");
  if (address) event.detail.path = address;
}

// A view may answer a form with a whole page: its content takes the place of ours. A part
// that picks itself out of the page with hx-select is left to htmx.
function takeWholePage(event) {
  const text = event.detail.serverResponse ?? "";
  if (!/^\s*<!doctype/i.test(text) || event.detail.requestConfig?.elt?.hasAttribute("hx-select")) return;
  const main = new DOMParser().parseFromString(text, "text/html").querySelector("#main");
  if (!main) return;
  event.detail.serverResponse = main.innerHTML;
  event.detail.target = document.getElementById("main");
  event.detail.swapOverride = "innerHTML";
  event.detail.shouldSwap = true;
  window.scrollTo(0, 0);
}

/** Listen once for the whole page. */
export function watchForms() {
  document.addEventListener("htmx:configRequest", useSubmitter);
  document.addEventListener("htmx:beforeOnLoad", goElsewhere);
  document.addEventListener("htmx:beforeSwap", takeWholePage);
  document.addEventListener("htmx:afterRequest", settleKey);
  window.addEventListener("pageshow", (event) => event.persisted && renewKeys(document));
}
