// What stands in the fields of a question, as the one line of text that is saved, and back; the same forms as the server reads.

const CHOICES = ['SINGLE', 'MULTIPLE', 'TRUE_FALSE'];
const BLANKS = ['FILL', 'NUMERIC', 'CLOZE'];
const SVG = 'http://www.w3.org/2000/svg';

const all = (root, selector) => [...root.querySelectorAll(selector)];
const list = (values) => (values.some(Boolean) ? JSON.stringify(values) : '');
const inner = (root) => all(root, '.paper-part');

/** Whether the question, or the part of a case, is answered by choosing options. */
export const isChoice = (root) => CHOICES.includes(root.dataset.type);

/** The answer as text; empty where there is none, or none that is whole. */
export function read(root) {
  const { type } = root.dataset;
  if (type === 'CASE') return list(inner(root).map(read));
  if (isChoice(root)) return all(root, 'input:checked').map((input) => input.value).sort().join('');
  if (BLANKS.includes(type)) return list(all(root, '[data-blank]').map((field) => field.value.trim()));
  if (type === 'MATCHING') return all(root, '[data-prompt]').filter((one) => one.value).map((one) => one.dataset.prompt + one.value).join(' ');
  if (type === 'ORDERING') return order(all(root, '[data-line]'));
  if (type === 'HOTSPOT') return points(root).map((at) => at.join(',')).join(' ');
  const { value } = root.querySelector('textarea');
  return value.trim() ? value : '';
}

function order(lines) {
  const letters = [];
  lines.forEach((line) => { letters[Number(line.value) - 1] = line.dataset.line; });
  return letters.length === lines.length && letters.filter(Boolean).length === lines.length ? letters.join('') : '';
}

function points(root) {
  return all(root, '[data-point]')
    .map((row) => ['[data-x]', '[data-y]'].map((name) => row.querySelector(name).value))
    .filter(([x, y]) => /^\d{1,5}$/.test(x) && /^\d{1,5}$/.test(y));
}

/** Put a saved answer into the fields. */
export function write(root, value) {
  const { type } = root.dataset;
  if (read(root) === value) return;
  if (type === 'CASE') {
    const values = value ? JSON.parse(value) : [];
    inner(root).forEach((part, n) => write(part, values[n] ?? ''));
  } else if (isChoice(root)) {
    all(root, 'input').forEach((input) => { input.checked = value.includes(input.value); });
  } else if (BLANKS.includes(type)) {
    const values = value ? JSON.parse(value) : [];
    all(root, '[data-blank]').forEach((field, n) => { field.value = values[n] ?? ''; });
  } else if (type === 'MATCHING') {
    const chosen = new Map(value.split(' ').map((pair) => [pair.slice(0, -1), pair.slice(-1)]));
    all(root, '[data-prompt]').forEach((one) => { one.value = chosen.get(one.dataset.prompt) ?? ''; });
  } else if (type === 'ORDERING') {
    all(root, '[data-line]').forEach((line) => { line.value = String(value.indexOf(line.dataset.line) + 1 || ''); });
  } else if (type === 'HOTSPOT') {
    setPoints(root, value ? value.split(' ').map((point) => point.split(',')) : []);
  } else {
    root.querySelector('textarea').value = value;
  }
  root.dispatchEvent(new CustomEvent('written'));
}

function setPoints(root, wanted) {
  all(root, '[data-point]').forEach((row, n) => {
    ['[data-x]', '[data-y]'].forEach((name, axis) => { row.querySelector(name).value = wanted[n]?.[axis] ?? ''; });
  });
}

/** Make the fields of a question, and of its parts, easier to fill; without this they work as they stand. */
export function arm(root) {
  inner(root).forEach(arm);
  if (root.dataset.type === 'ORDERING') armOrder(root);
  else if (root.dataset.type === 'HOTSPOT') armSpot(root);
  else if (!inner(root).length && root.querySelector('textarea')) armText(root);
}

/** A place taken by one line goes over from the line that had it; the last place left fills itself. */
function armOrder(root) {
  const lines = all(root, '[data-line]');
  const remember = () => lines.forEach((line) => { line.dataset.was = line.value; });
  root.addEventListener('change', (event) => {
    const line = event.target.closest('[data-line]');
    if (!line) return;
    const other = lines.find((one) => one !== line && one.value && one.value === line.value);
    if (other) other.value = line.dataset.was;
    const open = lines.filter((one) => !one.value);
    if (open.length === 1 && line.value) {
      const taken = lines.map((one) => one.value);
      open[0].value = String(lines.findIndex((_one, n) => !taken.includes(String(n + 1))) + 1);
    }
    remember();
  });
  root.addEventListener('written', remember);
  remember();
}

function armText(root) {
  const text = root.querySelector('textarea');
  const line = root.querySelector('[data-count]');
  const show = () => { line.textContent = line.dataset.word.replace('{count}', text.value.length).replace('{most}', text.maxLength); };
  text.addEventListener('input', show);
  root.addEventListener('written', show);
  show();
}

function element(name, attributes) {
  const made = document.createElementNS(SVG, name);
  Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
  return made;
}

function armSpot(root) {
  const spot = root.querySelector('[data-spot]');
  const image = spot.querySelector('img');
  const begin = () => { if (image.naturalWidth) armPicture(root, spot, image); };
  if (image.complete) begin(); else image.addEventListener('load', begin, { once: true });
}

/** The picture takes clicks, and keys: arrows move a cross, Enter marks the place under it, Backspace takes one back. */
function armPicture(root, spot, image) {
  const [width, height] = [image.naturalWidth, image.naturalHeight];
  const size = Math.max(6, Math.round(Math.max(width, height) / 50));
  const marks = element('svg', { class: 'paper-marks', viewBox: `0 0 ${width} ${height}`, 'aria-hidden': 'true' });
  const voice = Object.assign(document.createElement('span'), { className: 'visually-hidden' });
  voice.setAttribute('role', 'status');
  const cross = { x: Math.round(width / 2), y: Math.round(height / 2), seen: false };
  const most = all(root, '[data-point]').length;

  function draw() {
    marks.replaceChildren();
    points(root).forEach(([x, y], n) => {
      marks.append(element('circle', { class: 'halo', cx: x, cy: y, r: size }), element('circle', { cx: x, cy: y, r: size }));
      if (most > 1) {
        const label = element('text', { x: Number(x) + size, y: Number(y) - size, 'font-size': size * 2 });
        label.textContent = String(n + 1);
        marks.append(label);
      }
    });
    if (cross.seen) marks.append(element('path', { d: `M${cross.x - size} ${cross.y}h${2 * size}M${cross.x} ${cross.y - size}v${2 * size}` }));
  }

  function put(wanted) {
    setPoints(root, wanted);
    draw();
    root.querySelector('[data-x]').dispatchEvent(new Event('change', { bubbles: true }));
  }

  function toggle(x, y) {
    const present = points(root);
    const kept = present.filter(([px, py]) => Math.hypot(px - x, py - y) > size);
    if (kept.length < present.length) put(kept);
    else if (most === 1) put([[x, y]]);
    else if (present.length < most) put([...present, [x, y]]);
  }

  const enabled = () => !root.querySelector('[data-x]').disabled;
  spot.addEventListener('click', (event) => {
    const box = image.getBoundingClientRect();
    const at = (offset, length, pixels) => Math.min(pixels - 1, Math.max(0, Math.floor((offset / length) * pixels)));
    if (enabled()) toggle(at(event.clientX - box.left, box.width, width), at(event.clientY - box.top, box.height, height));
  });
  spot.addEventListener('keydown', (event) => {
    const by = event.shiftKey ? 1 : Math.max(1, Math.round(width / 40));
    const move = { ArrowLeft: [-by, 0], ArrowRight: [by, 0], ArrowUp: [0, -by], ArrowDown: [0, by] }[event.key];
    if (!enabled() || (!move && event.key !== 'Enter' && event.key !== 'Backspace')) return;
    event.preventDefault();
    event.stopPropagation();
    cross.seen = true;
    if (move) {
      cross.x = Math.min(width - 1, Math.max(0, cross.x + move[0]));
      cross.y = Math.min(height - 1, Math.max(0, cross.y + move[1]));
      voice.textContent = spot.dataset.wordAt.replace('{x}', cross.x).replace('{y}', cross.y);
      draw();
    } else if (event.key === 'Enter') {
      toggle(cross.x, cross.y);
    } else {
      put(points(root).slice(0, -1));
    }
  });
  root.addEventListener('input', draw);
  root.addEventListener('written', draw);
  spot.append(marks, voice);
  spot.tabIndex = 0;
  spot.setAttribute('role', 'group');
  spot.setAttribute('aria-label', spot.dataset.wordKeys);
  spot.classList.add('is-live');
  draw();
}
