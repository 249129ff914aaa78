// A whole network for one image: its layers as columns of maps, linked. A map that is chosen shows
// the maps it is made of; a pixel of it shows its window, its filter and the sum. All is computed here.

import * as anatomy from "./anatomy.js";
import * as arithmetic from "./arithmetic.js";
import * as canvas from "./canvas.js";
import * as ink from "./ink.js";
import * as page from "./page.js";

const [MOST_ROWS, TILE, LEAST_TILE, CELL] = [16, 30, 14, 9];
const REST = 150; // ms without news, after which how the chosen number was made is drawn
const { element, floats } = page;
const SVG = "http://www.w3.org/2000/svg";

const percent = (p) => (p > 0.9995 ? "over 99.9 %" : p < 0.0005 ? "under 0.1 %" : `${(100 * p).toFixed(1)} %`);

function set(model, values) {
  for (const [name, value] of Object.entries(values)) model.set(name, value);
  model.save_changes();
}

function readInk(text, size) {
  const [bytes, ink] = [atob(text), new Float32Array(size * size)];
  for (let k = 0; k < ink.length; k++) ink[k] = bytes.charCodeAt(k) / 255;
  return ink;
}

// --------------------------------------------------------------------------------- what is read

// A pad to draw on, or a test image; the answer and its probabilities.
class Subject {
  constructor(model, el) {
    const [shape, row] = [model.get("shape"), element("div", "row", el)];
    this.model = model;
    this.labels = model.get("labels");
    this.images = floats(model.get("images"));
    this.length = shape.reduce((product, side) => product * side, 1);
    this.read = null; // of what the answer is
    if (shape.join() === "1,28,28") this.pad(row);
    this.bars = element("div", "bars", row);
    this.bars.setAttribute("role", "img");
    const side = element("div", "side", row);
    this.answer = element("p", "answer", side);
    this.answer.setAttribute("aria-live", "polite");
    this.slider = element("input", "range", element("label", "label", side, "or read a test image: "));
    Object.assign(this.slider, { type: "range", min: 0, max: this.images.length / this.length - 1, step: 1 });
    this.slider.setAttribute("data-lm-suppress-shortcuts", "true");
    this.slider.addEventListener("keydown", (event) => event.stopPropagation());
    this.slider.addEventListener("input", () => set(model, { image: Number(this.slider.value), drawing: "" }));
  }

  pad(row) {
    const { model } = this;
    const drawing = page.alone({ value: model.get("drawing"), size: 112, every: 50 });
    drawing.on("change:value", () => set(model, { drawing: drawing.get("value") }));
    model.on("change:drawing", () => drawing.set("value", model.get("drawing")));
    canvas.default.render({ model: drawing, el: element("div", "pad", row) });
  }

  // The image that is to be read, or null if it was read last.
  next() {
    const [drawn, k] = [this.model.get("drawing"), this.model.get("image")];
    if (this.read === `${k} ${drawn}`) return null;
    this.read = `${k} ${drawn}`;
    this.slider.value = k;
    this.slider.setAttribute("aria-valuetext", `test image ${k}`);
    if (drawn) return arithmetic.prepareDigit(readInk(drawn, 112), 112);
    return arithmetic.tensor(this.model.get("shape"), this.images.subarray(k * this.length, (k + 1) * this.length));
  }

  tell(probabilities) {
    const [drawn, k] = [this.model.get("drawing"), this.model.get("image")];
    const order = [...probabilities.keys()].sort((a, b) => probabilities[b] - probabilities[a]);
    const labelled = !drawn && this.labels.length;
    const subject = drawn ? "Your drawing" : `Test image ${k}${labelled ? `, a ${this.labels[k]},` : ""}`;
    this.answer.textContent = `${subject} is read as ${order[0]} (${percent(probabilities[order[0]])}); next comes`
      + ` ${order[1]} (${percent(probabilities[order[1]])}).`
      + (labelled && this.labels[k] !== order[0] ? " That is a mistake." : "");
    this.bars.replaceChildren(...probabilities.slice(0, 20).map((p, digit) => bar(p, digit, digit === order[0])));
    this.bars.setAttribute("aria-label", "Probabilities: " + probabilities.map((p, digit) => `${digit} ${percent(p)}`).join(", "));
  }
}

function bar(p, digit, best) {
  const row = document.createElement("div");
  row.className = best ? "cnnlib-bar cnnlib-best" : "cnnlib-bar";
  row.style.setProperty("--share", p);
  row.textContent = digit;
  return row;
}

// --------------------------------------------------------------------------------- the columns

// Puts a column on the shelf: its name, its maps, their shape.
function shelve(shelf, column, choose) {
  column.block = element("div", "column", shelf);
  element("div", "name", column.block, column.name);
  column.tiles = new ink.Tiles((k, x, y) => {
    const [H, W] = anatomy.sides(column);
    choose(k, x === null ? {} : { row: Math.floor(y * H), col: Math.floor(x * W) });
  });
  column.block.append(column.tiles.canvas);
  const form = column.y.shape;
  element("div", "shape", column.block, form.join(" × "));
  const what = form.length === 3 ? `${form[0]} map${form[0] > 1 ? "s" : ""} of ${form[1]} × ${form[2]}` : `${form[0]} numbers`;
  column.tiles.canvas.setAttribute("aria-label", `${column.name}, ${column.text}: ${what}`);
}

// Columns side by side where the page is wide enough; else rows, one below the other.
function arrange(stage, columns, width) {
  const maps = columns.filter(({ y }, c) => c > 0 && y.shape.length === 3);
  const vectors = columns.filter(({ y }) => y.shape.length === 1);
  const room = width - 84 - 22 * columns.length - CELL * vectors.reduce((sum, column) => sum + Math.max(4, many(column)), 0);
  const tile = Math.floor(Math.min(TILE, room / Math.max(1, maps.reduce((sum, column) => sum + many(column), 0))));
  const wide = tile >= LEAST_TILE;
  stage.classList.toggle("cnnlib-wide", wide);
  stage.classList.toggle("cnnlib-roomy", wide && width > 64 * columns.length);
  for (const [c, column] of columns.entries()) {
    const [F] = column.y.shape;
    const [H, W] = anatomy.sides(column);
    if (c === 0) column.tiles.place(F, F, 84 * Math.min(1, W / H), 84 * Math.min(1, H / W));
    else if (column.y.shape.length === 3) {
      const size = wide ? tile : Math.min(TILE, Math.floor(width / MOST_ROWS));
      column.tiles.place(F, wide ? many(column) : Math.min(F, Math.floor(width / size)), size, Math.round(size * H / W));
    } else {
      const few = F <= MOST_ROWS; // the answers: large enough for a finger
      const size = few ? 22 : CELL;
      column.tiles.place(F, few ? (wide ? 1 : F) : wide ? many(column) : Math.min(F, Math.floor(width / size)), size, size);
    }
  }
}

// How many tiles stand side by side in a column.
const many = ({ y }) => Math.ceil(y.shape[0] / MOST_ROWS);

// Draws the maps of a column, one of them framed; the last column's are named by their digits.
function paintMaps(column, last, framed, said) {
  const [H, W] = anatomy.sides(column);
  column.tiles.paint((k, pen, x, y, width, height) => {
    const numbers = column.y.data.subarray(k * H * W, (k + 1) * H * W);
    ink.paint(pen, numbers, H, W, column.span, x, y, width, height);
    if (last && width > 16) {
      pen.fillStyle = ink.contrast(ink.colour(numbers[0], column.span));
      pen.font = "12px sans-serif";
      pen.textAlign = "center";
      pen.textBaseline = "middle";
      pen.fillText(k, x + width / 2, y + height / 2);
    }
  }, framed, said);
}

// --------------------------------------------------------------- the lines to a map that is chosen

function shapeOf(kind, values) {
  const shape = document.createElementNS(SVG, kind);
  for (const [name, value] of Object.entries(values)) shape.setAttribute(name, value);
  return shape;
}

// From a map to the one that it helps to make: as thick as its share, red for what it adds.
function link(start, end, wide, share, adds) {
  const [x0, y0] = wide ? [start.x + start.width, start.y + start.height / 2] : [start.x + start.width / 2, start.y + start.height];
  const [x1, y1] = wide ? [end.x, end.y + end.height / 2] : [end.x + end.width / 2, end.y];
  const d = wide
    ? `M${x0} ${y0}C${(x0 + x1) / 2} ${y0} ${(x0 + x1) / 2} ${y1} ${x1} ${y1}`
    : `M${x0} ${y0}C${x0} ${(y0 + y1) / 2} ${x1} ${(y0 + y1) / 2} ${x1} ${y1}`;
  const look = { stroke: adds ? "#d6604d" : "#4393c3", "stroke-width": 0.75 + 2 * share, opacity: 0.35 + 0.65 * share };
  return shapeOf("path", { d, fill: "none", ...look });
}

// Lines from the maps that a chosen one is made of, their windows, and its pixel.
function drawLines(lines, stage, column, before, made, chosen) {
  const frame = stage.getBoundingClientRect();
  lines.setAttribute("viewBox", `0 0 ${frame.width} ${frame.height}`);
  const place = (where, k, row = null, col = null, rows = 1, cols = 1) => {
    const box = where.tiles.canvas.getBoundingClientRect();
    const [H, W] = anatomy.sides(where);
    let [x, y, width, height] = where.tiles.box(k);
    if (row !== null) {
      [x, y] = [x + (col * width) / W, y + (row * height) / H];
      [width, height] = [(cols * width) / W, (rows * height) / H];
    }
    return { x: x + box.left - frame.left, y: y + box.top - frame.top, width, height };
  };
  const shapes = [];
  const wide = stage.classList.contains("cnnlib-wide");
  const end = place(column, chosen.map);
  const most = Math.abs(made.parts[0]?.value ?? 0) || 1;
  for (const { map: k, value } of [...made.parts].reverse()) {
    const share = Math.abs(value) / most;
    if (share >= 0.05) shapes.push(link(place(before, k), end, wide, share, value >= 0));
  }
  if (made.window) {
    const { top: row, left, rows, columns: cols, step } = made.window;
    for (const { map: k } of made.parts.slice(0, 16)) {
      const box = place(before, k, row, left, (rows - 1) * step + 1, (cols - 1) * step + 1);
      shapes.push(shapeOf("rect", { ...box, fill: "none", stroke: ink.FRAME, "stroke-width": k === made.channel ? 2 : 1.2 }));
    }
  }
  if (anatomy.sides(column).some((side) => side > 1)) {
    shapes.push(shapeOf("rect", { ...place(column, chosen.map, chosen.row, chosen.col), fill: ink.FRAME }));
  }
  lines.replaceChildren(...shapes);
}

// ------------------------------------------------------------- how the chosen number was made

class Detail {
  constructor(el, choose, stepBack) {
    const detail = element("div", "detail", el);
    this.caption = element("p", "caption", detail);
    this.caption.setAttribute("aria-live", "polite");
    this.back = element("button", "back jupyter-button widget-button", detail, "One step back, towards the image");
    this.back.type = "button";
    this.back.addEventListener("click", stepBack);
    const parts = element("div", "row", detail);
    this.large = element("figure", "part", parts);
    this.largeTitle = element("figcaption", "title", this.large);
    this.map = element("canvas", "map", this.large);
    this.map.setAttribute("role", "application");
    ink.operate(this.map, {
      point: (x, y) => {
        const [H, W] = anatomy.sides(this.column);
        choose({ row: Math.floor(y * H), col: Math.floor(x * W) });
      },
      step: (right, down) => choose({ row: this.chosen.row + down, col: this.chosen.col + right }),
    });
    this.filter = element("figure", "part", parts);
    this.filterTitle = element("figcaption", "title", this.filter);
    this.slices = new ink.Tiles((k) => choose({ channel: k + this.first }));
    this.slices.canvas.setAttribute("aria-label", "Part of the filter");
    this.filter.append(this.slices.canvas);
    this.first = 0; // map to which the first slice belongs
    this.work = element("div", "row", parts);
  }

  draw(column, before, made, chosen) {
    Object.assign(this, { column, chosen });
    const [H, W] = anatomy.sides(column);
    this.large.hidden = H * W === 1;
    if (!this.large.hidden) this.drawMap(column, chosen, H, W);
    this.filter.hidden = made.slices.length < 2;
    if (!this.filter.hidden) this.drawFilter(column, made);
    this.drawSum(before, made);
    this.back.disabled = chosen.column === 0;
  }

  // The chosen map, enlarged, and the chosen pixel of it.
  drawMap(column, chosen, H, W) {
    this.largeTitle.textContent = column.layer ? `${column.name}, map ${chosen.map}: choose a pixel` : "The image: choose a pixel";
    const size = 168 / Math.max(H, W);
    const pen = ink.resize(this.map, W * size, H * size);
    ink.paint(pen, column.y.data.subarray(chosen.map * H * W, (chosen.map + 1) * H * W), H, W, column.span, 0, 0, W * size, H * size);
    pen.strokeStyle = ink.FRAME;
    pen.lineWidth = 2;
    pen.strokeRect(chosen.col * size, chosen.row * size, size, size);
    this.map.setAttribute("aria-label", `${column.name}, map ${chosen.map}, enlarged. Arrow keys choose a pixel: row ${chosen.row}, column ${chosen.col}.`);
  }

  // The filter that makes it, one slice for each map before.
  drawFilter(column, made) {
    const [{ height, width }] = made.slices;
    this.first = Math.min(...made.parts.map((part) => part.map));
    this.filterTitle.textContent = `${column.layer.kind === "Dense" ? "Its weights" : "Its filter"}, one part for each map before`;
    const span = ink.scale(made.slices.flatMap((slice) => slice.values));
    const size = 28;
    this.slices.place(made.slices.length, 8, size, (size * height) / width);
    this.slices.paint((k, pen, x, y, w, h) => ink.paint(pen, made.slices[k].values, height, width, span, x, y, w, h),
      made.channel - this.first, `for map ${made.channel}`);
  }

  // The window times the slice, number by number, and what comes out.
  drawSum(before, made) {
    const signs = ["×", "="];
    this.work.replaceChildren(...made.work.flatMap((grid, k) => {
      const figure = document.createElement("figure");
      figure.className = "cnnlib-part";
      element("figcaption", "title", figure, grid.title);
      const picture = element("canvas", "work", figure);
      picture.setAttribute("role", "img");
      picture.setAttribute("aria-label", `${grid.title}: ${grid.values.map(anatomy.plain).slice(0, 64).join(", ")}`);
      const span = k === 0 ? before.span : ink.scale(k === 1 ? grid.values : grid.values.concat(-1e-9));
      ink.table(picture, grid, k === 1 ? { ...span, signed: true } : span);
      if (k === 0) return [figure];
      const sign = document.createElement("span");
      sign.className = "cnnlib-sign";
      sign.textContent = signs[k - 1];
      return [sign, figure];
    }));
  }
}

// ----------------------------------------------------------------------------------- together

// A choice that there is: what lies outside is moved to the edge.
function within(columns, choice) {
  const clip = (value, size) => Math.min(Math.max(value, 0), size - 1);
  const column = clip(choice.column, columns.length);
  const [H, W] = anatomy.sides(columns[column]);
  return { column, map: clip(choice.map, columns[column].y.shape[0]), row: clip(choice.row, H), col: clip(choice.col, W), channel: choice.channel ?? null };
}

function render({ model, el }) {
  const layers = arithmetic.unpack(model.get("layers"), floats(model.get("numbers")));
  let columns = []; // what is shown: see anatomy.js
  let chosen = null; // {column, map, row, col, channel}
  let due = null; // the frame in which what was drawn or chosen is read,
  let later = null; // and the next one, for the maps;
  let rest = null; // timer: when nothing new has come, how the chosen number was made is drawn
  let late = 0; // answers whose maps were not drawn, as the next was asked for
  const [inView, stale] = [new Set(), new Set()]; // canvases of maps: to be seen, and not up to date

  el.classList.add("cnnlib-live");
  element("em", "hint", el, model.get("hint"));
  const subject = new Subject(model, el);
  const stage = element("div", "stage", el);
  const shelf = element("div", "shelf", stage);
  const lines = document.createElementNS(SVG, "svg");
  lines.setAttribute("class", "cnnlib-lines");
  lines.setAttribute("aria-hidden", "true");
  stage.append(lines);
  const detail = new Detail(el, choose, stepBack);

  // Reads what is to be read, and says whether that was news.
  function compute() {
    const x = subject.next();
    if (x === null) return false;
    const old = columns;
    columns = anatomy.columns(layers, x);
    for (const [i, column] of columns.entries()) {
      column.span = ink.scale(column.y.data);
      Object.assign(column, old[i] && { tiles: old[i].tiles, block: old[i].block });
    }
    subject.tell(arithmetic.softmax(columns.at(-1).y.data));
    return true;
  }

  function follow() {
    const column = columns.findIndex(({ name }) => name === model.get("layer"));
    const [map, row, col] = ["map", "row", "column"].map((name) => model.get(name));
    chosen = within(columns, { column: Math.max(column, 0), map, row, col, channel: chosen?.channel });
  }

  function choose(values) {
    chosen = within(columns, { ...chosen, ...values });
    set(model, { layer: columns[chosen.column].name, map: chosen.map, row: chosen.row, column: chosen.col });
    refresh();
  }

  function stepBack() {
    const before = columns[chosen.column - 1];
    const { parts: [part], strongest } = anatomy.made(columns[chosen.column], before, chosen.map, chosen.row, chosen.col);
    choose({ column: chosen.column - 1, map: part?.map ?? chosen.map, channel: null, ...strongest });
  }

  function drawColumn(column, c) {
    stale.delete(column.tiles.canvas);
    const here = chosen.column === c;
    paintMaps(column, c === columns.length - 1, here ? chosen.map : null, here ? detail.caption.textContent : `map ${chosen.map}`);
  }

  // News of a stroke concern only the maps that are in view: the others are drawn when they come there.
  function draw(news = false) {
    late = 0;
    for (const [c, column] of columns.entries()) {
      if (news && !inView.has(column.tiles.canvas)) stale.add(column.tiles.canvas);
      else drawColumn(column, c);
    }
    clearTimeout(rest);
    if (news) rest = setTimeout(explain, REST);
    else explain();
  }

  function fit() {
    if (!shelf.clientWidth) return;
    arrange(stage, columns, shelf.clientWidth);
    draw();
  }

  // How the chosen number was made.
  function explain() {
    const column = columns[chosen.column];
    const before = columns[Math.max(0, chosen.column - 1)];
    const made = anatomy.made(column, before, chosen.map, chosen.row, chosen.col, chosen.channel);
    detail.caption.textContent = anatomy.say(column, before, chosen.map, chosen.row, chosen.col, made);
    column.tiles.canvas.setAttribute("aria-valuetext", detail.caption.textContent);
    detail.draw(column, before, made, chosen);
    drawLines(lines, stage, column, before, made, chosen); // last, as it asks where the others came to stand
    el.dispatchEvent(new CustomEvent("cnnlib-drawn"));
  }

  // After a stroke the answer comes first and the maps a frame later, on a slow machine those of each
  // fourth answer; how the chosen number was made waits until the pen rests, or it would hold up the pen.
  function refresh() {
    cancelAnimationFrame(later);
    clearTimeout(rest);
    due ??= requestAnimationFrame(() => {
      due = null;
      const news = compute();
      follow();
      if (news && late++ < 3) later = requestAnimationFrame(() => draw(true));
      else draw(news);
    });
  }

  compute();
  follow();
  const views = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) inView[isIntersecting ? "add" : "delete"](target);
    for (const [c, column] of columns.entries()) {
      if (inView.has(column.tiles.canvas) && stale.has(column.tiles.canvas)) drawColumn(column, c);
    }
  }, { rootMargin: "50%" });
  for (const [c, column] of columns.entries()) {
    shelve(shelf, column, (map, pixel) => choose({ column: c, map, channel: null, ...pixel }));
    views.observe(column.tiles.canvas);
  }
  fit();
  const watcher = new ResizeObserver(fit);
  watcher.observe(shelf);
  const names = "change:image change:drawing change:layer change:map change:row change:column";
  model.on(names, refresh);
  return () => {
    cancelAnimationFrame(due);
    cancelAnimationFrame(later);
    clearTimeout(rest);
    watcher.disconnect();
    views.disconnect();
    model.off(names, refresh);
  };
}

export default { render };
