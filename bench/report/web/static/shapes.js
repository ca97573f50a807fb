// The look of a model's line: its dashes in pixels, and a piece of it with its marker.
const WIDTH = 1.8;
const dashOf = model => model.dash.map(length => length * WIDTH);

function swatch(model) {
  const dash = dashOf(model).length ? ` stroke-dasharray="${dashOf(model).join(" ")}"` : "";
  return `<svg width="34" height="12" viewBox="0 0 34 12" aria-hidden="true"><path d="M1 6H33"`
    + ` stroke="${model.colour}" stroke-width="${WIDTH}"${dash}/><path d="${model.shape}"`
    + ` transform="translate(17 6) scale(4)" fill="${model.colour}"/></svg>`;
}
