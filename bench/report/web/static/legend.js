// The legend of a sample: a button a model, which hides it in all charts and shows it again.
function legend(sample) {
  const list = document.createElement("div");
  list.className = "legend";
  list.setAttribute("role", "group");
  list.setAttribute("aria-label", "Models shown");
  const names = sample.data.models.map(one => one.name);
  const all = [["all", names], ["none", []]].map(([words, shown]) => {
    const one = document.createElement("button");
    one.textContent = words;
    one.setAttribute("aria-label", `show ${words} of the models`);
    one.addEventListener("click", () => sample.show(shown));
    return one;
  });
  const buttons = sample.data.models.map(model => {
    const one = document.createElement("button");
    one.innerHTML = swatch(model);
    one.append(model.name);
    one.title = model.title;
    one.addEventListener("click", () => sample.toggle(model.name));
    return one;
  });
  sample.watch(() => buttons.forEach((one, i) =>
    one.setAttribute("aria-pressed", !sample.hidden.has(names[i]))));
  list.append(...buttons, ...all);
  if (!sample.data.others.length) return [list];
  const others = document.createElement("p");
  others.textContent = `Not drawn: ${sample.data.others.join("; ")}.`;
  return [list, others];
}
