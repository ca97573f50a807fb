// The markers of models by matplotlib's names, as paths from -1 to 1, and the line with one of them.
const polygon = (corners, turn) => Array.from({ length: corners }, (_, i) => {
  const angle = 2 * Math.PI * i / corners - Math.PI / 2 + turn;
  return `${i ? "L" : "M"}${Math.cos(angle).toFixed(3)},${Math.sin(angle).toFixed(3)}`;
}).join("") + "Z";
const PLUS = "M-1,-.35H-.35V-1H.35V-.35H1V.35H.35V1H-.35V.35H-1Z";
const CROSS = "M-.5,-1L0,-.5L.5,-1L1,-.5L.5,0L1,.5L.5,1L0,.5L-.5,1L-1,.5L-.5,0L-1,-.5Z";
const SHAPES = {
  o: "M1,0A1,1,0,1,1,-1,0A1,1,0,1,1,1,0Z", s: polygon(4, Math.PI / 4), D: polygon(4, 0),
  "^": polygon(3, 0), v: polygon(3, Math.PI), "<": polygon(3, -Math.PI / 2),
  ">": polygon(3, Math.PI / 2), P: PLUS, X: CROSS, p: polygon(5, 0), h: polygon(6, 0),
  d: "M0,-1L.6,0L0,1L-.6,0Z",
};
const WIDTH = 1.8;
const dashOf = model => model.dash.map(length => length * WIDTH);

function swatch(model) {
  const dash = dashOf(model).length ? ` stroke-dasharray="${dashOf(model).join(" ")}"` : "";
  return `<svg width="34" height="12" viewBox="0 0 34 12" aria-hidden="true"><path d="M1 6H33"`
    + ` stroke="${model.colour}" stroke-width="${WIDTH}"${dash}/><path d="${SHAPES[model.marker]}"`
    + ` transform="translate(17 6) scale(4)" fill="${model.colour}"/></svg>`;
}
