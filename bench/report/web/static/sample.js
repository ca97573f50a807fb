// The models on one set of events: which of them are hidden, and where their scores are cut.
const rounded = (value, digits = 3) => {
  if (value === null || value === undefined) return "\u2013";
  if (Math.abs(value) >= 10 ** digits) return value.toFixed(0);
  if (value !== 0 && Math.abs(value) < 1e-3) return value.toPrecision(2);
  return Math.abs(value) < 1 ? value.toFixed(digits) : value.toPrecision(digits);
};
const between = (value, low, high) => value === null
  ? "\u2013" : `${rounded(value)} [${rounded(low)}, ${high === null ? "\u221e" : rounded(high)}]`;
const inverse = rate => rate > 0 ? 1 / rate : null;

const MARKED = 18;                                  // points from marker to marker of a line
class Sample {
  constructor(data) {
    this.data = data;
    this.hidden = new Set(data.models.filter(one => !one.on).map(one => one.name));
    this.mode = "threshold";
    this.step = data.thresholds.indexOf(0.5);
    this.watchers = [];
  }
  watch(what) { this.watchers.push(what); what(); }
  change(what) { what(); for (const watcher of this.watchers) watcher(); }
  show(names) {
    const others = this.data.models.map(one => one.name).filter(name => !names.includes(name));
    this.change(() => { this.hidden = new Set(others) });
  }
  toggle(name) {
    this.change(() => { if (!this.hidden.delete(name)) this.hidden.add(name) });
  }

  points(kind) {                                    // of all curves, a row a point
    return this.data.models.flatMap((model, order) => model.curve.signal.map((signal, place) => {
      const at = key => model.curve[key][place];
      const [passed, low, high, left] = [at("background"), at("low"), at("high"), at("left")];
      const row = this.point(model, { place, signal, passed, low, high, left, cut: at("threshold") });
      return { ...row[kind], marked: (place + 4 * order) % MARKED === 0 };
    }));
  }
  point(model, { place, signal, passed, low, high, left, cut }) {
    const { floor } = this.data;
    const sic = rate => left >= floor && rate > 0 ? signal / Math.sqrt(rate) : null;
    const rejection = rate => left >= 1 ? inverse(rate) : null;
    const few = `\u2013 (fewer than ${floor} background events)`;
    const [roc, best] = [rejection, sic].map(of => [of(passed), of(high), of(low)]);
    const row = {
      model: model.name, place, signal, left,
      threshold_text: cut === null ? "no answer" : String(cut), signal_text: rounded(signal),
      background_text: passed === 0 ? "0" : passed.toPrecision(3),
      rejection_text: between(...roc), sic_text: left < floor ? few : between(...best),
    };
    const drawn = ([value, low, high]) => ({ ...row, value, low, high });
    return { roc: drawn(roc), sic: drawn(best) };
  }
  bins() {                                          // of all distributions, a row a bin
    return this.data.models.flatMap((model, order) =>
      ["background", "signal"].flatMap(name => binsOf(model, order, name)));
  }
}

function binsOf(model, order, name) {
  const counts = model.scores[name], width = 1 / counts.length;
  const total = counts.reduce((sum, count) => sum + count, 0) || 1;
  const rows = counts.map((count, i) => ({
    model: model.name, order, class: name, score: i * width, end: (i + 1) * width,
    share: count ? count / total : null, floor: 1 / total, events: `${count} of ${total}`,
    bin: `${(i * width).toFixed(3)} to ${((i + 1) * width).toFixed(3)}`,
  }));
  const { share } = rows.at(-1);                    // a step ends where the last bin does
  return [...rows, { ...rows.at(-1), score: 1, end: null, share }];
}
