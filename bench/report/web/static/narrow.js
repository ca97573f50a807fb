// What narrows a table: a filter by one column, and a list of the columns to show.
const WAYS = {
  has: (cell, text) => shownIn(cell).toLowerCase().includes(text.toLowerCase()),
  "has not": (cell, text) => !WAYS.has(cell, text),
  "\u2265": (cell, text) => figureOf(cell) >= Number(text),
  "\u2264": (cell, text) => figureOf(cell) <= Number(text),
};
const figureOf = cell => sortKey(cell.dataset.order ?? shownIn(cell));
const headings = table => [...table.tHead.rows[0].cells].map(head => shownIn(head));
const option = words => new Option(words, words);

function unfolded(table, words) {
  const part = document.createElement("details");
  part.className = "narrow";
  part.name = `narrow-${table.id}`;                 // one of them is open at a time
  part.append(Object.assign(document.createElement("summary"), { textContent: words }));
  part.append(document.createElement("div"));
  part.addEventListener("keydown", event => { if (event.key === "Escape") part.open = false });
  return part;
}

function field(kind, label, of = []) {
  const one = document.createElement(kind);
  one.append(...of.map(option));
  one.setAttribute("aria-label", label);
  return one;
}

function filter(table) {
  const part = unfolded(table, "Filter"), names = headings(table);
  const [column, way] = [field("select", "column", names), field("select", "how", Object.keys(WAYS))];
  const value = field("input", "value");
  part.lastChild.append(column, way, value);
  const narrowed = () => {
    const text = value.value.trim(), place = names.indexOf(column.value);
    const api = new DataTable.Api(table);
    const keeps = (words, data, row) => WAYS[way.value](api.cell(row, place).node(), text);
    api.search.fixed("filter", text ? keeps : null).draw();
    part.firstChild.textContent = text ? "Filter (on)" : "Filter";
  };
  for (const one of [column, way, value]) one.addEventListener("input", narrowed);
  return part;
}

function chooser(table) {
  const part = unfolded(table, "Columns");
  headings(table).forEach((words, place) => {
    if (!place) return;                             // the first one says what a row is
    const label = document.createElement("label"), box = document.createElement("input");
    Object.assign(box, { type: "checkbox", checked: true });
    box.addEventListener("change", () =>
      new DataTable.Api(table).column(place).visible(box.checked));
    label.append(box, ` ${words}`);
    part.lastChild.append(label);
  });
  return part;
}
