// The areas of a hotspot question follow their coordinates while these are typed; without this, “Preview” draws them.

const SVG = "http://www.w3.org/2000/svg";

function numbers(text) {
  const parts = text.split(/[\s,，、;；]+/).filter(Boolean);
  return parts.every((part) => /^\d{1,5}$/.test(part)) ? parts.map(Number) : [];
}

function outline(shape, coords) {
  const made = (name, values) => {
    const node = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(values)) node.setAttribute(key, value);
    return node;
  };
  if (shape === "CIRCLE" && coords.length === 3) return made("circle", { cx: coords[0], cy: coords[1], r: coords[2] });
  if (shape === "RECTANGLE" && coords.length === 4) {
    const [left, top, right, bottom] = coords;
    return made("rect", { x: left, y: top, width: Math.max(0, right - left), height: Math.max(0, bottom - top) });
  }
  return shape === "POLYGON" && coords.length >= 6 ? made("polygon", { points: coords.join(" ") }) : null;
}

function drawn(row, unit) {
  const coords = numbers(row.querySelector("input[name$='-coords']").value);
  const figure = outline(row.querySelector("select[name$='-shape']").value, coords);
  if (!figure) return [];
  const right = row.querySelector("input[name$='-right']").checked;
  const group = document.createElementNS(SVG, "g");
  group.setAttribute("fill", right ? "#17653a" : "#b87400");
  group.setAttribute("fill-opacity", ".18");
  group.setAttribute("stroke", right ? "#17653a" : "#855000");
  group.setAttribute("stroke-width", String(unit * 0.8));
  if (!right) group.setAttribute("stroke-dasharray", `${unit * 2} ${unit}`);
  group.append(figure);
  const letter = document.createElementNS(SVG, "text");
  letter.setAttribute("x", coords[0]);
  letter.setAttribute("y", coords[1]);
  letter.setAttribute("dx", String(unit));
  letter.setAttribute("dy", String(unit * 4));
  letter.setAttribute("font-size", String(unit * 4));
  letter.setAttribute("font-weight", "700");
  letter.textContent = row.dataset.area + (right ? " ✓" : "");
  return [group, letter];
}

const picture = document.querySelector("svg[data-hotspot]");
const rows = document.querySelector("[data-areas]");
if (picture && rows) {
  const { width, height } = picture.viewBox.baseVal;
  const redraw = () => {
    picture.querySelectorAll("g, text").forEach((node) => node.remove());
    for (const row of rows.querySelectorAll("[data-area]")) picture.append(...drawn(row, Math.max(width, height) / 100));
  };
  rows.addEventListener("input", redraw);
  rows.addEventListener("change", redraw);
}
