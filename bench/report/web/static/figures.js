// How a column is searched and sorted: numbers before words, and a dash last, whichever way the order goes.
const DASH = "\u2013";
const shownIn = cell => {
  const copy = cell.cloneNode(true);
  for (const mark of copy.querySelectorAll("sup")) mark.remove();
  return copy.textContent.trim();
};
const unmarked = text => String(text ?? DASH).replace(/<sup>.*?<\/sup>|<[^>]*>/g, "").trim();
const sortKey = text => {
  const words = unmarked(text);
  return words !== "" && isFinite(words) ? Number(words) : words;
};
function compared(one, other, way) {
  const [a, b] = [sortKey(one), sortKey(other)];
  if (a === DASH || b === DASH) return (a === DASH) - (b === DASH);
  const alike = typeof a === typeof b;
  return way * (alike ? (a > b) - (a < b) : typeof a === "number" ? -1 : 1);
}
DataTable.type("figure", {
  search: unmarked,
  order: { asc: (a, b) => compared(a, b, 1), desc: (a, b) => compared(a, b, -1) },
});
