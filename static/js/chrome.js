// The frame around every page: search key, menu of the phone, account menu, printing.
function typing(target) {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

function focusSearch(event) {
  const search = document.querySelector("[data-search]");
  const slash = event.key === "/" && !typing(event.target) && !event.target.closest?.("[data-scan-target]");
  const command = event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey);
  if (!search || !(slash || command)) return;
  event.preventDefault();
  search.focus();
  search.select();
}

function toggleSide(toggle) {
  const side = document.getElementById("side");
  const open = side.classList.toggle("is-open");
  toggle.setAttribute("aria-expanded", String(open));
  if (open) side.querySelector("a")?.focus();
}

function closeMenus(except) {
  for (const menu of document.querySelectorAll("details.menu[open]"))
    if (!menu.contains(except)) menu.open = false;
}

function escape(event) {
  if (event.key !== "Escape") return;
  const menu = event.target.closest?.("details.menu[open]");
  if (menu) menu.querySelector("summary").focus();
  closeMenus(null);
}

/** Listen once for the whole page. */
export function watchChrome() {
  document.addEventListener("keydown", focusSearch);
  document.addEventListener("keydown", escape);
  document.addEventListener("click", (event) => {
    closeMenus(event.target);
    const toggle = event.target.closest?.("[data-nav-toggle]");
    if (toggle) {
      event.preventDefault();
      toggleSide(toggle);
    }
    if (event.target.closest?.("[data-print]")) window.print();
  });
  document.querySelector("[data-nav-toggle]")?.addEventListener("keydown", (event) => {
    if (event.key !== " ") return;
    event.preventDefault();
    toggleSide(event.currentTarget);
  });
}
