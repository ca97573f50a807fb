// Tables: sorted by a click; large ones searched, filtered, narrowed, copied and saved as CSV.
const FEW_ROWS = 8, FEW_COLUMNS = 7;
const UNSAFE = /^[=+\-@\t\r]/;                     // what a spreadsheet would run
const safe = words => UNSAFE.test(words) && isNaN(words) ? `'${words}` : words;
const headed = head => shownIn(head.querySelector(".dt-column-title") ?? head);
const exported = { columns: ":visible", format: {
  body: (text, row, column, cell) => safe(shownIn(cell)),
  header: (text, column, head) => headed(head),
} };

function tools(table) {
  return {
    topStart: { search: { text: "Search", placeholder: "" } },
    topEnd: [
      () => filter(table), () => chooser(table),
      { buttons: [
        { extend: "copyHtml5", text: "Copy", title: null, footer: false, exportOptions: exported },
        { extend: "csvHtml5", text: "CSV", filename: table.id, footer: false,
          exportOptions: exported },
      ] },
    ],
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
    layout: { ...none, ...(isLarge ? tools(table) : {}) },
    columnDefs: [{ targets: "_all", type: "figure", orderSequence: ["asc", "desc"] }],
    language: { info: "_TOTAL_ of _MAX_ rows", infoEmpty: "no row", infoFiltered: "" },
  });
  const inner = box.querySelector(".dt-layout-table > .dt-layout-cell");
  for (const name of ["role", "tabindex", "aria-label"]) {
    inner.setAttribute(name, box.getAttribute(name));
    box.removeAttribute(name);
  }
}

addEventListener("pointerover", event => {           // a footnote is read where its mark stands
  const mark = event.target.closest?.(".table sup a");
  if (mark && !mark.title) mark.title = document.querySelector(mark.hash).textContent;
});
