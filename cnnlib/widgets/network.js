// A whole network for one image: its layers as columns of maps, linked. A map that is chosen shows
// the maps it is made of; a pixel of it shows its window, its filter and the sum. All is computed here.

import * as anatomy from "./anatomy.js";
import * as arithmetic from "./arithmetic.js";
import * as canvas from "./canvas.js";
import * as ink from "./ink.js";
import * as page from "./page.js";

const [MOST_ROWS, TILE, LEAST_TILE, CELL, BARS] = [16, 30, 14, 9, 104];
const REST = 150; // ms without news, after which how the chosen number was made is drawn
const { element, floats } = page;
const SVG = "http://www.w3.org/2000/svg";

const percent = (p) => (p > 0.9995 ? "over 99.9 %" : p < 0.0005 ? "under 0.1 %" : `${(100 * p).toFixed(1)} %`);

function readInk(text, size) {
  const [bytes, ink] = [atob(text), new Float32Array(size * size)];
  for (let k = 0; k < ink.length; k++) ink[k] = bytes.charCodeAt(k) / 255;
  return ink;
}

function render({ model, el }) {
  const layers = arithmetic.unpack(model.get("layers"), floats(model.get("numbers")));
  const [shape, labels] = [model.get("shape"), model.get("labels")];
  const images = floats(model.get("images"));
  const length = shape.reduce((product, side) => product * side, 1);
  const count = images.length / length;
  let columns = []; // what is shown: see anatomy.js
  let chosen = null; // {column, map, row, col, channel}
  let due = null; // the frame in which what was drawn or chosen is read,
  let later = null; // and the next one, for the maps;
  let rest = null; // timer: when nothing new has come, how the chosen number was made is drawn
  let late = 0; // answers whose maps were not drawn, as the next was asked for
  const [inView, stale] = [new Set(), new Set()]; // canvases of maps: to be seen, and not up to date
  let read = null; // of which image the columns are

  // ------------------------------------------------------------------------------- the elements
  el.classList.add("cnnlib-live");
  element("em", "hint", el, model.get("hint"));
  const top = element("div", "row", el);
  if (shape.join() === "1,28,28") {
    const drawing = page.alone({ value: model.get("drawing"), size: 112, every: 50 });
    drawing.on("change:value", () => set({ drawing: drawing.get("value") }));
    model.on("change:drawing", () => drawing.set("value", model.get("drawing")));
    canvas.default.render({ model: drawing, el: element("div", "pad", top) });
  }
  const bars = element("div", "bars", top);
  const side = element("div", "side", top);
  const answer = element("p", "answer", side);
  answer.setAttribute("aria-live", "polite");
  const label = element("label", "label", side, "or read a test image: ");
  const slider = element("input", "range", label);
  Object.assign(slider, { type: "range", min: 0, max: count - 1, step: 1 });
  slider.setAttribute("data-lm-suppress-shortcuts", "true");
  slider.addEventListener("keydown", (event) => event.stopPropagation());
  slider.addEventListener("input", () => set({ image: Number(slider.value), drawing: "" }));
  const stage = element("div", "stage", el);
  const lines = document.createElementNS(SVG, "svg");
  lines.setAttribute("class", "cnnlib-lines");
  lines.setAttribute("aria-hidden", "true");
  const shelf = element("div", "shelf", stage);
  stage.append(lines);
  const detail = element("div", "detail", el);
  const caption = element("p", "caption", detail);
  caption.setAttribute("aria-live", "polite");
  const back = element("button", "back jupyter-button widget-button", detail, "One step back, towards the image");
  back.type = "button";
  back.addEventListener("click", stepBack);
  const parts = element("div", "row", detail);

  const large = element("figure", "part", parts);
  const largeTitle = element("figcaption", "title", large);
  const map = element("canvas", "map", large);
  map.setAttribute("role", "application");
  ink.operate(map, {
    point: (x, y) => {
      const [H, W] = anatomy.sides(columns[chosen.column]);
      choose({ row: Math.floor(y * H), col: Math.floor(x * W) });
    },
    step: (right, down) => choose({ row: chosen.row + down, col: chosen.col + right }),
  });
  const filter = element("figure", "part", parts);
  const filterTitle = element("figcaption", "title", filter);
  const slices = new ink.Tiles((k) => choose({ channel: k + first }));
  slices.canvas.setAttribute("aria-label", "Part of the filter");
  filter.append(slices.canvas);
  let first = 0; // map to which the first slice belongs
  const work = element("div", "row", parts);

  // -------------------------------------------------------------------------- what is to be seen
  function set(values) {
    for (const [name, value] of Object.entries(values)) model.set(name, value);
    model.save_changes();
  }

  // Reads what is to be read, and says whether that was news.
  function compute() {
    const [drawn, k] = [model.get("drawing"), model.get("image")];
    if (read === `${k} ${drawn}`) return false;
    read = `${k} ${drawn}`;
    slider.value = k;
    slider.setAttribute("aria-valuetext", `test image ${k}`);
    const x = drawn
      ? arithmetic.prepareDigit(readInk(drawn, 112), 112)
      : arithmetic.tensor(shape, images.subarray(k * length, (k + 1) * length));
    const old = columns;
    columns = anatomy.columns(layers, x);
    for (const [i, column] of columns.entries()) {
      column.span = ink.scale(column.y.data);
      Object.assign(column, old[i] && { tiles: old[i].tiles, block: old[i].block });
    }
    const probabilities = arithmetic.softmax(columns.at(-1).y.data);
    const order = [...probabilities.keys()].sort((a, b) => probabilities[b] - probabilities[a]);
    const subject = drawn ? "Your drawing" : `Test image ${k}${labels.length ? `, a ${labels[k]},` : ""}`;
    answer.textContent = `${subject} is read as ${order[0]} (${percent(probabilities[order[0]])}); next comes`
      + ` ${order[1]} (${percent(probabilities[order[1]])}).`
      + (!drawn && labels.length && labels[k] !== order[0] ? " That is a mistake." : "");
    bars.replaceChildren(...probabilities.slice(0, 20).map((p, digit) => {
      const row = document.createElement("div");
      row.className = digit === order[0] ? "cnnlib-bar cnnlib-best" : "cnnlib-bar";
      row.style.setProperty("--share", p);
      row.textContent = digit;
      return row;
    }));
    bars.setAttribute("role", "img");
    bars.setAttribute("aria-label", "Probabilities: " + probabilities.map((p, digit) => `${digit} ${percent(p)}`).join(", "));
    return true;
  }

  function build() {
    shelf.replaceChildren();
    for (const [c, column] of columns.entries()) {
      column.block = element("div", "column", shelf);
      element("div", "name", column.block, column.name);
      column.tiles = new ink.Tiles((k, x, y) => {
        const [H, W] = anatomy.sides(column);
        const pixel = x === null ? {} : { row: Math.floor(y * H), col: Math.floor(x * W) };
        choose({ column: c, map: k, channel: null, ...pixel });
      });
      column.block.append(column.tiles.canvas);
      views.observe(column.tiles.canvas);
      const form = column.y.shape;
      element("div", "shape", column.block, form.join(" × "));
      const what = form.length === 3 ? `${form[0]} map${form[0] > 1 ? "s" : ""} of ${form[1]} × ${form[2]}` : `${form[0]} numbers`;
      column.tiles.canvas.setAttribute("aria-label", `${column.name}, ${column.text}: ${what}`);
    }
    arrange();
  }

  // Columns side by side where the page is wide enough; else rows, one below the other.
  function arrange() {
    const width = shelf.clientWidth;
    if (!width) return;
    const many = ({ y }) => Math.ceil(y.shape[0] / MOST_ROWS);
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
    draw();
  }

  function drawColumn(column, c) {
    stale.delete(column.tiles.canvas);
    const [H, W] = anatomy.sides(column);
    const here = chosen.column === c;
    column.tiles.paint((k, pen, x, y, width, height) => {
      const numbers = column.y.data.subarray(k * H * W, (k + 1) * H * W);
      ink.paint(pen, numbers, H, W, column.span, x, y, width, height);
      if (c === columns.length - 1 && width > 16) {
        pen.fillStyle = ink.contrast(ink.colour(numbers[0], column.span));
        pen.font = "12px sans-serif";
        pen.textAlign = "center";
        pen.textBaseline = "middle";
        pen.fillText(k, x + width / 2, y + height / 2);
      }
    }, here ? chosen.map : null, here ? caption.textContent : `map ${chosen.map}`);
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

  // How the chosen number was made.
  function explain() {
    const column = columns[chosen.column];
    const before = columns[Math.max(0, chosen.column - 1)];
    const made = anatomy.made(column, before, chosen.map, chosen.row, chosen.col, chosen.channel);
    caption.textContent = anatomy.say(column, before, chosen.map, chosen.row, chosen.col, made);
    column.tiles.canvas.setAttribute("aria-valuetext", caption.textContent);
    drawDetail(column, before, made);
    drawLines(column, before, made); // last, as it asks where the others came to stand
    el.dispatchEvent(new CustomEvent("cnnlib-drawn"));
  }

  function drawLines(column, before, made) {
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
    const put = (kind, values) => {
      const shape = document.createElementNS(SVG, kind);
      for (const [name, value] of Object.entries(values)) shape.setAttribute(name, value);
      shapes.push(shape);
    };
    const wide = stage.classList.contains("cnnlib-wide");
    const end = place(column, chosen.map);
    const most = Math.abs(made.parts[0]?.value ?? 0) || 1;
    for (const { map: k, value } of [...made.parts].reverse()) {
      const share = Math.abs(value) / most;
      if (share < 0.05) continue;
      const start = place(before, k);
      const [x0, y0] = wide ? [start.x + start.width, start.y + start.height / 2] : [start.x + start.width / 2, start.y + start.height];
      const [x1, y1] = wide ? [end.x, end.y + end.height / 2] : [end.x + end.width / 2, end.y];
      const d = wide
        ? `M${x0} ${y0}C${(x0 + x1) / 2} ${y0} ${(x0 + x1) / 2} ${y1} ${x1} ${y1}`
        : `M${x0} ${y0}C${x0} ${(y0 + y1) / 2} ${x1} ${(y0 + y1) / 2} ${x1} ${y1}`;
      put("path", { d, fill: "none", stroke: value < 0 ? "#4393c3" : "#d6604d", "stroke-width": 0.75 + 2 * share, opacity: 0.35 + 0.65 * share });
    }
    if (made.window) {
      const { top: row, left, rows, columns: cols, step } = made.window;
      for (const { map: k } of made.parts.slice(0, 16)) {
        const box = place(before, k, row, left, (rows - 1) * step + 1, (cols - 1) * step + 1);
        put("rect", { ...box, fill: "none", stroke: ink.FRAME, "stroke-width": k === made.channel ? 2 : 1.2 });
      }
    }
    if (anatomy.sides(column).some((side) => side > 1)) {
      put("rect", { ...place(column, chosen.map, chosen.row, chosen.col), fill: ink.FRAME });
    }
    lines.replaceChildren(...shapes);
  }

  function drawDetail(column, before, made) {
    const [H, W] = anatomy.sides(column);
    large.hidden = H * W === 1;
    if (!large.hidden) {
      largeTitle.textContent = column.layer ? `${column.name}, map ${chosen.map}: choose a pixel` : "The image: choose a pixel";
      const size = 168 / Math.max(H, W);
      const pen = ink.resize(map, W * size, H * size);
      ink.paint(pen, column.y.data.subarray(chosen.map * H * W, (chosen.map + 1) * H * W), H, W, column.span, 0, 0, W * size, H * size);
      pen.strokeStyle = ink.FRAME;
      pen.lineWidth = 2;
      pen.strokeRect(chosen.col * size, chosen.row * size, size, size);
      map.setAttribute("aria-label", `${column.name}, map ${chosen.map}, enlarged. Arrow keys choose a pixel: row ${chosen.row}, column ${chosen.col}.`);
    }
    filter.hidden = made.slices.length < 2;
    if (!filter.hidden) {
      const [{ height, width }] = made.slices;
      first = Math.min(...made.parts.map((part) => part.map));
      filterTitle.textContent = `${column.layer.kind === "Dense" ? "Its weights" : "Its filter"}, one part for each map before`;
      const span = ink.scale(made.slices.flatMap((slice) => slice.values));
      const size = 28;
      slices.place(made.slices.length, 8, size, (size * height) / width);
      slices.paint((k, pen, x, y, w, h) => ink.paint(pen, made.slices[k].values, height, width, span, x, y, w, h),
        made.channel - first, `for map ${made.channel}`);
    }
    const signs = ["×", "="];
    work.replaceChildren(...made.work.flatMap((grid, k) => {
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
    back.disabled = chosen.column === 0;
  }

  // ----------------------------------------------------------------------------------- choosing
  function within(choice) {
    const column = Math.min(Math.max(choice.column, 0), columns.length - 1);
    const [H, W] = anatomy.sides(columns[column]);
    const clip = (value, size) => Math.min(Math.max(value, 0), size - 1);
    return { column, map: clip(choice.map, columns[column].y.shape[0]), row: clip(choice.row, H), col: clip(choice.col, W), channel: choice.channel ?? null };
  }

  function choose(values) {
    chosen = within({ ...chosen, ...values });
    set({ layer: columns[chosen.column].name, map: chosen.map, row: chosen.row, column: chosen.col });
    refresh();
  }

  function stepBack() {
    const before = columns[chosen.column - 1];
    const { parts: [part], strongest } = anatomy.made(columns[chosen.column], before, chosen.map, chosen.row, chosen.col);
    choose({ column: chosen.column - 1, map: part?.map ?? chosen.map, channel: null, ...strongest });
  }

  function follow() {
    const column = columns.findIndex(({ name }) => name === model.get("layer"));
    const channel = chosen?.channel;
    chosen = within({ column: Math.max(column, 0), map: model.get("map"), row: model.get("row"), col: model.get("column"), channel });
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

  const views = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) inView[isIntersecting ? "add" : "delete"](target);
    for (const [c, column] of columns.entries()) {
      if (inView.has(column.tiles.canvas) && stale.has(column.tiles.canvas)) drawColumn(column, c);
    }
  }, { rootMargin: "50%" });
  compute();
  follow();
  build();
  const names = "change:image change:drawing change:layer change:map change:row change:column";
  model.on(names, refresh);
  const watcher = new ResizeObserver(arrange);
  watcher.observe(shelf);
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
