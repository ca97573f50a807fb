const key = cell => cell.dataset.value === undefined ? cell.textContent : Number(cell.dataset.value);
const dash = cell => cell.dataset.value === undefined && cell.textContent === "\u2013";
function sort(head) {
  const table = head.closest("table"), column = head.cellIndex, body = table.tBodies[0];
  const up = head.getAttribute("aria-sort") === "descending";
  for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", up ? "ascending" : "descending");
  const order = (a, b) => {
    const [x, y] = [a.cells[column], b.cells[column]];
    if (dash(x) || dash(y)) return dash(x) - dash(y);          // dashes last, either way
    const [p, q] = [key(x), key(y)];
    const alike = typeof p === typeof q;
    const less = alike ? (p > q) - (p < q) : typeof p === "number" ? -1 : 1;
    return up ? less : -less;
  };
  body.append(...[...body.rows].sort(order));
}
for (const head of document.querySelectorAll("th")) {
  head.tabIndex = 0;
  head.addEventListener("click", () => sort(head));
  head.addEventListener("keydown", event => { if (event.key === "Enter") sort(head) });
}
