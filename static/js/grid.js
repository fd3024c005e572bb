// Arrow keys in a day grid: along a machine's day, or to the nearest time of the next machine.
function leftOf(element) {
  return element.getBoundingClientRect().left;
}

function nearest(links, from) {
  const distance = (link) => Math.abs(leftOf(link) - leftOf(from));
  return links.reduce((best, link) => (best && distance(best) <= distance(link) ? best : link), null);
}

function inOtherRow(row, step, from) {
  for (let next = row; (next = step < 0 ? next.previousElementSibling : next.nextElementSibling); ) {
    const links = [...next.querySelectorAll("a, button")];
    if (links.length) return nearest(links, from);
  }
  return null;
}

function neighbour(link, key) {
  const row = link.closest("tr");
  const links = [...row.querySelectorAll("a, button")];
  if (key === "ArrowRight") return links[links.indexOf(link) + 1];
  if (key === "ArrowLeft") return links[links.indexOf(link) - 1];
  if (key === "ArrowDown") return inOtherRow(row, 1, link);
  if (key === "ArrowUp") return inOtherRow(row, -1, link);
  return null;
}

/** Listen once for the whole page. */
export function watchGrids() {
  document.addEventListener("keydown", (event) => {
    const link = event.target.closest?.("[data-day-grid] td :is(a, button)");
    const next = link && neighbour(link, event.key);
    if (!next) return;
    event.preventDefault();
    next.focus();
  });
}
