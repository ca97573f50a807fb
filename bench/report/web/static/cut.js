// The slider: one threshold for all models, or for each the one that keeps so much background.
const WILSON = 1.959964;
function wilson(count, total) {                     // 95 % interval of a rate
  const rate = count / total, square = WILSON ** 2 / total;
  const middle = (rate + square / 2) / (1 + square);
  const half = WILSON / (1 + square) * Math.sqrt((rate * (1 - rate) + square / 4) / total);
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
}

Object.assign(Sample.prototype, {
  steps() { return this.mode === "threshold" ? this.data.thresholds : this.data.rates },
  value() { return this.steps()[this.step] },
  cuts() {                                          // of each model at the slider's place
    return this.data.models.map(model => this.mode === "threshold"
      ? this.atThreshold(model) : this.atRate(model));
  },
  atThreshold(model) {
    const { cuts } = model, { floor, signal, background } = this.data;
    const [kept, left] = [cuts.signal[this.step], cuts.background[this.step]];
    const share = cuts.signal_share?.[this.step] ?? kept / signal;
    const passed = cuts.background_share?.[this.step] ?? left / background;
    return this.cut(model, { kept, left, share, passed, cut: this.value() });
  },
  atRate(model) {                                   // the curve has a point at each of these rates
    const { curve } = model, rate = this.value() * (1 + 1e-9) + 1e-12;
    const place = curve.background.findLastIndex(one => one <= rate);
    if (place < 0) return { model };
    const [share, passed] = [curve.signal[place], curve.background[place]];
    const kept = model.cuts.signal_share ? null : Math.round(share * this.data.signal);
    return this.cut(model, { kept, left: curve.left[place], share, passed,
      cut: curve.threshold[place] });
  },
  cut(model, { kept, left, share, passed, cut }) {
    const sic = passed > 0 ? share / Math.sqrt(passed) : null;
    const isFew = left < this.data.floor;
    const at = value => ({ model: model.name, signal: share, value });
    const point = { roc: at(left ? inverse(passed) : null), sic: at(isFew ? null : sic) };
    return { model, kept, left, share, passed, cut, sic, isFew, point };
  },
});

const CUT_HEADS = ["model", "threshold", "signal kept", "background kept",
  "\u03b5_S [95 %]", "\u03b5_B [95 %]", "1/\u03b5_B", "SIC"];
function cutCells(one, sample) {
  const { signal, background, floor } = sample.data;
  const rate = (value, count, total, isWeighted) => isWeighted ? rounded(value, 4)
    : `${rounded(value, 4)} [${wilson(count, total).map(end => rounded(end, 4)).join(", ")}]`;
  if (one.left === undefined) return Array(CUT_HEADS.length - 1).fill("\u2013");
  const { cuts } = one.model;
  return [
    one.cut === null ? "no answer" : String(one.cut),
    one.kept === null ? "\u2013" : `${one.kept} of ${signal}`, `${one.left} of ${background}`,
    rate(one.share, one.kept, signal, cuts.signal_share),
    rate(one.passed, one.left, background, cuts.background_share),
    rounded(inverse(one.passed)),
    one.sic === null ? "\u2013" : rounded(one.sic) + (one.isFew ? ` (under ${floor} left)` : ""),
  ];
}

function cutTable(sample) {
  const box = document.createElement("div");
  box.className = "table cuts";
  box.tabIndex = 0;
  box.setAttribute("role", "region");
  box.setAttribute("aria-label", "Every model at the slider's place");
  const table = box.appendChild(document.createElement("table"));
  const head = table.createTHead().insertRow();
  CUT_HEADS.forEach((words, i) => {
    const cell = head.appendChild(document.createElement("th"));
    cell.scope = "col";
    if (!i) cell.className = "key";
    cell.textContent = words;
  });
  const body = table.createTBody();
  const rows = sample.data.models.map(model => {
    const row = body.insertRow(), key = row.appendChild(document.createElement("th"));
    key.scope = "row";
    key.className = "key";
    key.innerHTML = swatch(model);
    key.append(` ${model.name}`);
    for (let i = 1; i < CUT_HEADS.length; i++) row.insertCell();
    return row;
  });
  sample.watch(() => sample.cuts().forEach((one, i) => {
    rows[i].hidden = sample.hidden.has(one.model.name);
    cutCells(one, sample).forEach((words, j) => { rows[i].cells[j + 1].textContent = words });
  }));
  return box;
}

function slider(sample) {
  const form = document.createElement("div");
  form.className = "slider";
  form.innerHTML = `<label>Cut all models at <select>
    <option value="threshold">the same threshold</option>
    <option value="rate">the same background efficiency</option></select></label>
    <input type="range" min="0" step="1" aria-label="where the models are cut"><output></output>`;
  const [choice, range, output] = form.querySelectorAll("select, input, output");
  choice.addEventListener("change", () => sample.change(() => {
    sample.mode = choice.value;
    const usual = sample.mode === "threshold" ? 0.5 : 0.01;
    sample.step = Math.max(0, sample.steps().findIndex(step => step >= usual));
  }));
  range.addEventListener("input", () => sample.change(() => { sample.step = Number(range.value) }));
  sample.watch(() => {
    range.max = sample.steps().length - 1;
    range.value = sample.step;
    output.textContent = `${sample.mode === "rate" ? "at most " : ""}${sample.value()}`;
    range.setAttribute("aria-valuetext", output.textContent);
  });
  return form;
}
