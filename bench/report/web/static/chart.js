// One chart: a Vega-Lite view that follows its sample, with buttons that zoom.
const SPECS = JSON.parse(document.getElementById("charts").textContent);
const AXES = {
  roc: { title: "background rejection 1/\u03b5_B", scale: { type: "log", nice: false } },
  sic: { title: "SIC \u03b5_S/\u221a\u03b5_B", scale: { zero: true, nice: true } },
};
const NAMES = { roc: "ROC", sic: "SIC", scores: "Score distributions" };
const LOOK = {                                      // follows the page, light or dark or printed
  background: "transparent", font: "system-ui, sans-serif",
  view: { stroke: "currentColor", strokeOpacity: 0.35 }, style: { cell: { stroke: "currentColor" } },
  axis: { labelColor: "currentColor", titleColor: "currentColor", tickColor: "currentColor",
    domainColor: "currentColor", gridColor: "currentColor", gridOpacity: 0.1, titleFontWeight: 500,
    labelFontSize: 11, titleFontSize: 12 },
  header: { labelColor: "currentColor" }, aria: true,
};
const QUIET = 1;                                    // errors alone: an empty layer is no news
const EXPORTS = { export: { svg: true, png: true }, source: false, compiled: false, editor: false };
const PANEL = 240;                                  // least width of a panel with its axis

function specOf(kind, sample, width) {
  const spec = structuredClone(SPECS[kind === "scores" ? "scores" : "curve"]);
  spec.params[0].value = [...sample.hidden];
  spec.description = `${NAMES[kind]}, ${sample.data.about}`;
  if (kind === "scores") {
    spec.datasets = { bins: sample.bins() };
    spec.columns = Math.max(1, Math.min(4, Math.floor(width / PANEL)));
    spec.spec.width = Math.floor(width / spec.columns) - 62;
    return spec;
  }
  const models = sample.data.models;
  spec.datasets = { points: sample.points(kind), cuts: [] };
  const domain = models.map(one => one.name);
  const highest = Math.max(1, ...spec.datasets.points.map(one => one.value));
  for (const { encoding } of spec.layer) {
    Object.assign(encoding.y, structuredClone(AXES[kind]));
    if (kind === "roc") encoding.y.scale.domain = [1, 3 * highest];   // ends of bands have no end
    encoding.color.scale = { domain, range: models.map(one => one.colour) };
    if (encoding.strokeDash) {
      const range = models.map(one => one.dash.length ? dashOf(one) : [1, 0]);
      encoding.strokeDash.scale = { domain, range };
    }
    if (encoding.shape) {
      encoding.shape.scale = { domain, range: models.map(one => one.shape) };
    }
  }
  return spec;
}

async function drawn(kind, sample, room) {
  const place = document.createElement("div");
  const figure = document.createElement("figure");
  figure.className = kind;
  figure.append(caption(kind), place);
  room.append(figure);
  const width = place.clientWidth || 600;
  const spec = specOf(kind, sample, width);
  const { view } = await vegaEmbed(place, spec, {
    renderer: "svg", ast: true, actions: EXPORTS, logLevel: QUIET, config: LOOK, downloadFileName: kind,
    tooltip: { theme: "custom" },
  });
  for (const cells of place.querySelectorAll(".mark-path")) cells.setAttribute("aria-hidden", "true");
  place.querySelector("summary").setAttribute("aria-label", `${NAMES[kind]}: save as a picture`);
  figure.querySelector(".zoom").addEventListener("click", event => zoomed(view, event.target.value));
  sample.watch(() => follow(kind, view, sample));
  return view;
}

function follow(kind, view, sample) {
  const hidden = [...sample.hidden];                // set anew, it would be applied anew
  if (String(view.signal("hidden")) !== String(hidden)) view.signal("hidden", hidden);
  if (kind === "scores") view.signal("cut", sample.mode === "threshold" ? sample.value() : null);
  else view.data("cuts", sample.cuts().map(one => one.point?.[kind]).filter(Boolean));
  return view.runAsync();
}

const KEY = `<small><svg width="24" height="8" aria-hidden="true"><path d="M0 4H24" stroke="#d95f02"
  stroke-width="2"/></svg> signal <svg width="24" height="8" aria-hidden="true"><path d="M0 4H24"
  stroke="#1f77b4" stroke-width="2" stroke-dasharray="4 2"/></svg> background, dotted: the cut</small>`;
function caption(kind) {
  const title = document.createElement("figcaption");
  title.textContent = NAMES[kind];
  if (kind === "scores") title.innerHTML += KEY;
  const zoom = document.createElement("span");
  zoom.className = "zoom";
  for (const [sign, words] of [["+", "zoom in"], ["\u2212", "zoom out"], ["\u21ba", "zoom back"]]) {
    const one = document.createElement("button");
    one.textContent = sign;
    one.value = words;
    one.title = words;
    one.setAttribute("aria-label", `${NAMES[kind]}: ${words}`);
    zoom.append(one);
  }
  title.append(zoom);
  return title;
}

const ZOOMED = { signal: "x", value: "y", score: "x" };
function zoomed(view, how) {
  const signals = view.getState().signals;
  for (const [field, axis] of Object.entries(ZOOMED)) {
    const name = `zoom_${field}`;
    if (!(name in signals)) continue;
    if (how === "zoom back") view.signal(name, null);
    else if (how) view.signal(name, nearer(view, axis, how === "zoom in" ? 0.5 : 2));
  }
  view.runAsync();
}

function nearer(view, axis, factor) {
  const scale = view.scale(axis);
  const [low, high] = scale.domain();
  const isLog = scale.type === "log";
  const [a, b] = isLog ? [Math.log(low), Math.log(high)] : [low, high];
  const anchor = axis === "x" ? a : b;              // few signal events and much rejection: upper left
  const ends = [anchor + (a - anchor) * factor, anchor + (b - anchor) * factor];
  return isLog ? ends.map(Math.exp) : ends;
}
