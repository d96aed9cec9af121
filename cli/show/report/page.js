"use strict";
(() => {
  const valueOf = (row, column) => row.cells[column].dataset.v ?? row.cells[column].textContent;
  const compare = (numeric) => (a, b) => {
    if (!numeric) return a < b ? -1 : a > b ? 1 : 0;
    // What is not known comes first, as less than every number.
    return (a === "" ? -Infinity : Number(a)) - (b === "" ? -Infinity : Number(b)) || 0;
  };
  const sort = (table, head, column) => {
    const numeric = head.classList.contains("n");
    const before = head.getAttribute("aria-sort");
    const rising = before ? before === "descending" : !numeric;
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", rising ? "ascending" : "descending");
    const order = compare(numeric);
    const rows = [...table.tBodies[0].rows];
    rows.sort((a, b) => (rising ? 1 : -1) * order(valueOf(a, column), valueOf(b, column)));
    table.tBodies[0].append(...rows);
  };
  for (const table of document.querySelectorAll("table.sortable")) {
    [...table.tHead.rows[0].cells].forEach((head, column) => {
      if (head.textContent === "") return;
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = head.textContent;
      button.title = "Sort by " + head.textContent;
      button.addEventListener("click", () => sort(table, head, column));
      head.replaceChildren(button);
    });
  }
})();
