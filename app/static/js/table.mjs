// Sorting and finding in a table whose rows are all on the page. Both are kept in the URL (`ID.sort=-2`, `ID.find=…`),
// so that a link or a reload shows the same list.

const collator = new Intl.Collator(document.documentElement.lang, { numeric: true, sensitivity: "base" });

const valueOf = (row, index) => {
  const cell = row.cells[index];
  return cell ? (cell.dataset.sort ?? cell.textContent.trim()) : "";
};

const remember = (name, value) => {
  const url = new URL(window.location.href);
  if (value) url.searchParams.set(name, value);
  else url.searchParams.delete(name);
  window.history.replaceState(window.history.state, "", url);
};

/** Orders rows by one column, empty values last in either direction; equal values keep their order. */
export function compareRows(index, direction) {
  return (a, b) => {
    const [left, right] = [valueOf(a, index), valueOf(b, index)];
    const blank = (text) => text === "" || text === "—";
    if (blank(left) || blank(right)) return Number(blank(left)) - Number(blank(right));
    return direction * collator.compare(left, right);
  };
}

function sortTable(table, index, direction) {
  const body = table.tBodies[0];
  body.append(...[...body.rows].sort(compareRows(index, direction)));
  [...table.tHead.rows[0].cells].forEach((head, position) => {
    if (position === index) head.setAttribute("aria-sort", direction > 0 ? "ascending" : "descending");
    else head.removeAttribute("aria-sort");
  });
}

function offerSorting(table) {
  const name = `${table.id}.sort`;
  [...table.tHead.rows[0].cells].forEach((head, index) => {
    const text = head.textContent.trim();
    if (!text || head.querySelector("a, button")) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "sort-button";
    button.textContent = text;
    button.title = document.body.dataset.wordSort.replace("{column}", text);
    button.addEventListener("click", () => {
      const direction = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
      sortTable(table, index, direction);
      remember(name, `${direction < 0 ? "-" : ""}${index + 1}`);
    });
    head.replaceChildren(button);
  });
  const wanted = Number.parseInt(new URLSearchParams(window.location.search).get(name) ?? "", 10);
  if (wanted && Math.abs(wanted) <= table.tHead.rows[0].cells.length) sortTable(table, Math.abs(wanted) - 1, Math.sign(wanted));
}

function offerFinding(box, table) {
  const input = box.querySelector("input");
  const shown = box.querySelector(".find-count");
  const name = `${table.id}.find`;
  const rows = [...table.tBodies[0].rows];
  const find = () => {
    const words = input.value.trim().toLocaleLowerCase().split(/\s+/).filter(Boolean);
    let left = 0;
    for (const row of rows) {
      const text = row.textContent.toLocaleLowerCase();
      row.hidden = !words.every((word) => text.includes(word));
      if (!row.hidden) left += 1;
    }
    if (shown) {
      shown.textContent = words.length
        ? document.body.dataset.wordShown.replace("{shown}", left).replace("{total}", rows.length) : "";
    }
  };
  input.value = new URLSearchParams(window.location.search).get(name) ?? "";
  input.addEventListener("input", () => {
    find();
    remember(name, input.value.trim());
  });
  box.hidden = false;
  find();
}

// Cards are laid out as blocks, which takes the table out of the accessibility tree: the roles put it back.
function keepRoles(table) {
  table.setAttribute("role", "table");
  for (const part of [table.tHead, ...table.tBodies]) part?.setAttribute("role", "rowgroup");
  for (const row of table.rows) {
    row.setAttribute("role", "row");
    for (const cell of row.cells) {
      const head = cell.tagName === "TH" ? (row.parentElement === table.tHead ? "columnheader" : "rowheader") : "cell";
      cell.setAttribute("role", head);
    }
  }
}

export function enhanceTables(root) {
  root.querySelectorAll("table.table-cards").forEach(keepRoles);
  root.querySelectorAll("table[data-sortable][id]").forEach((table) => { if (table.tHead && table.tBodies[0]) offerSorting(table); });
  for (const box of root.querySelectorAll("[data-find-for]")) {
    const table = root.getElementById(box.dataset.findFor);
    if (table?.tBodies?.[0]) offerFinding(box, table);
  }
}
