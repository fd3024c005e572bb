// A list becomes cards on a phone: each cell learns the name of its column, and the table
// keeps its roles, which browsers drop when rows stop being displayed as rows.
const ROLES = { TABLE: "table", THEAD: "rowgroup", TBODY: "rowgroup", TFOOT: "rowgroup", TR: "row", TD: "cell" };

function giveRoles(table) {
  for (const part of [table, ...table.querySelectorAll("thead,tbody,tfoot,tr,td")])
    if (!part.hasAttribute("role")) part.setAttribute("role", ROLES[part.tagName]);
  for (const head of table.querySelectorAll("th"))
    if (!head.hasAttribute("role")) head.setAttribute("role", head.scope === "row" ? "rowheader" : "columnheader");
}

function nameCells(table) {
  const names = [...(table.tHead?.rows[0]?.cells ?? [])].map((head) => head.textContent.trim());
  for (const row of [...table.tBodies].flatMap((body) => [...body.rows])) {
    let column = 0;
    for (const cell of row.cells) {
      if (names[column] && cell.colSpan === 1) cell.dataset.label = names[column];
      column += cell.colSpan;
    }
  }
}

/** Prepare the lists below a part of the page for the phone. */
export function labelCells(root) {
  const boxes = root.querySelectorAll ? [...root.querySelectorAll(".is-cards")] : [];
  const around = root.closest?.(".is-cards");
  for (const box of around ? [around, ...boxes] : boxes) {
    const table = box.querySelector("table");
    if (!table) continue;
    nameCells(table);
    giveRoles(table);
  }
}
