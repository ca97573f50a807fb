// Tables: sorted by a click; large ones searched, filtered, narrowed, copied and saved as CSV.
const FEW_ROWS = 8, FEW_COLUMNS = 7;
const UNSAFE = /^[=+\-@\t\r]/;                     // what a spreadsheet would run
const taken = (text, row, column, cell) => {
  const words = shownIn(cell);
  return UNSAFE.test(words) && !isFinite(words) ? `'${words}` : words;
};
const exported = { columns: ":visible", format: { body: taken, header: (text, i, head) =>
  shownIn(head.querySelector(".dt-column-title") ?? head) } };

function tools(table, isLarge) {
  if (!isLarge) return {};
  const named = `${table.id}.csv`;
  return {
    topStart: { search: { text: "Search", placeholder: "" } },
    topEnd: { buttons: [
      { extend: "searchBuilder", text: "Filter" },
      { extend: "colvis", text: "Columns", columns: ":not(.key)" },
      { extend: "copyHtml5", text: "Copy", title: null, exportOptions: exported },
      { extend: "csvHtml5", text: "CSV", filename: named.slice(0, -4), exportOptions: exported },
    ] },
    bottomStart: "info",
  };
}

for (const box of document.querySelectorAll("div.table")) {
  const table = box.firstElementChild;
  const rows = table.tBodies[0].rows.length, columns = table.tHead.rows[0].cells.length;
  const isLarge = rows >= FEW_ROWS || columns >= FEW_COLUMNS;
  const none = { topStart: null, topEnd: null, bottomStart: null, bottomEnd: null };
  new DataTable(table, {
    paging: false, order: [], autoWidth: false, orderClasses: false,
    layout: { ...none, ...tools(table, isLarge) },
    columnDefs: [{ targets: "_all", type: "figure", orderSequence: ["asc", "desc"] }],
    language: { info: "_TOTAL_ of _MAX_ rows", infoEmpty: "no row", infoFiltered: "" },
  });
  const inner = box.querySelector(".dt-layout-table");
  for (const name of ["role", "tabindex", "aria-label"]) {
    inner.setAttribute(name, box.getAttribute(name));
    box.removeAttribute(name);
  }
}
