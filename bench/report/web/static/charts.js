// All charts of the page, those near the screen first, and the rest before anybody prints.
function furnish(room) {
  const sample = new Sample(JSON.parse(room.querySelector("script.data").textContent));
  const curves = document.createElement("div");
  curves.className = "curves";
  const rooms = { roc: curves, sic: curves, scores: document.createElement("div") };
  room.append(...legend(sample), curves, slider(sample), cutTable(sample), rooms.scores);
  return Object.keys(NAMES).map(kind => () => drawn(kind, sample, rooms[kind]));
}

const waiting = [...document.querySelectorAll("section.charts")].flatMap(furnish);
const breath = () => new Promise(go => setTimeout(go));
for (const draw of waiting) {
  await draw();
  await breath();                                   // a reader scrolls meanwhile
}
document.documentElement.dataset.drawn = waiting.length;
