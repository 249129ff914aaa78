// A filter that is painted by hand, on a photograph or on the reader's own picture; the answer
// follows at once. All is computed here, and a picture that is opened goes nowhere.

import * as arithmetic from "./arithmetic.js";
import * as ink from "./ink.js";
import * as page from "./page.js";

const { element, floats } = page;
const STEP = 0.25; // of a weight, by key
const MOST_PIXELS = 240; // of the longer side of a picture

const text = (number) => `${Math.round(100 * number) / 100}`.replace("-", "−");

// What a filter does to a picture, in a sentence; its weights may be divided by a number.
export function say(weights, divisor = 1) {
  const sum = weights.reduce((total, weight) => total + weight, 0) / divisor;
  const [low, high] = [Math.min(...weights), Math.max(...weights)];
  const some = weights.filter((weight) => weight !== 0).length;
  const begin = `The ${weights.length} weights${divisor === 1 ? "" : ", divided,"} sum to ${text(sum)}`;
  if (some === 0) return "All weights are 0, and so is every number that comes out. Paint some.";
  if (some === 1) return `${begin}. Only one is not 0: the picture comes out ${sum < 0 ? "negative" : "as it was"}, moved or scaled.`;
  if (low >= 0) return `${begin}, and none is negative: each number is a mean of its surroundings, and the picture is blurred.`;
  if (high <= 0) return `${begin}, and none is positive: the picture is blurred, and comes out negative.`;
  if (Math.abs(sum) < 0.05) return `${begin}: where the picture is even, they cancel each other. What is left are edges, red the one way, blue the other.`;
  const even = sum < 0 ? "come out negative" : text(sum) === "1" ? "stay as bright" : `come out ${text(sum)} times as bright`;
  return `${begin}, of both signs: even areas ${even}, and edges stand out.`;
}

function render({ model, el }) {
  const presets = model.get("presets");
  let shape = model.get("shape"); // [1, H, W]
  let pixels = floats(model.get("pixels"));
  let brush = 1;
  let due = null;
  let chosen = 0; // the cell that keys change

  el.classList.add("cnnlib-live");
  element("em", "hint", el, model.get("hint"));
  const row = element("div", "row", el);
  const editor = element("div", "editor", row);
  const board = element("canvas", "kernel", editor);
  board.setAttribute("role", "application");
  const tools = element("div", "tools", editor);

  function button(name, parent, does, pressed = null) {
    const made = element("button", "tool jupyter-button widget-button", parent, name);
    made.type = "button";
    made.setAttribute("data-lm-suppress-shortcuts", "true");
    if (pressed !== null) made.setAttribute("aria-pressed", pressed);
    made.addEventListener("click", () => does(made));
    return made;
  }
  const brushes = element("div", "row", tools);
  brushes.setAttribute("role", "group");
  brushes.setAttribute("aria-label", "What the brush paints");
  for (const [name, value] of [["paint +1", 1], ["paint −1", -1], ["erase", 0]]) {
    button(name, brushes, (made) => {
      brush = value;
      for (const other of brushes.children) other.setAttribute("aria-pressed", other === made);
    }, value === 1);
  }
  const begin = element("label", "label", tools, "start from ");
  const menu = element("select", "select", begin);
  menu.setAttribute("data-lm-suppress-shortcuts", "true");
  for (const name of ["", ...Object.keys(presets)]) menu.add(new Option(name || "your own", name));
  menu.addEventListener("change", () => menu.value && set(presets[menu.value].flat()));
  const sizes = element("label", "label", tools, "size ");
  const size = element("select", "select", sizes);
  size.setAttribute("data-lm-suppress-shortcuts", "true");
  for (const side of [3, 5, 7]) size.add(new Option(`${side} × ${side}`, side));
  size.addEventListener("change", () => set(resized(Number(size.value))));
  const share = element("label", "label", tools);
  const mean = element("input", "check", share);
  mean.type = "checkbox";
  share.append(" divide by the sum of their sizes");
  mean.addEventListener("change", show);
  const upload = element("label", "label", tools, "your own picture ");
  const file = element("input", "file", upload);
  Object.assign(file, { type: "file", accept: "image/*" });
  file.addEventListener("change", () => file.files[0] && open(file.files[0]));

  const both = element("div", "row cnnlib-both", row); // side by side, or one below the other
  const before = element("figure", "part cnnlib-before", both);
  element("figcaption", "title", before, "the picture");
  const picture = element("canvas", "picture", before);
  const after = element("figure", "part cnnlib-after", both);
  const title = element("figcaption", "title", after);
  const result = element("canvas", "result", after);
  for (const canvas of [picture, result]) canvas.setAttribute("role", "img");
  const caption = element("p", "caption", el);
  caption.setAttribute("aria-live", "polite");

  // ------------------------------------------------------------------------------- the weights
  const side = () => Math.sqrt(model.get("weights").length);

  function set(weights) {
    model.set("weights", weights.map((weight) => Math.max(-9, Math.min(9, Math.round(1e4 * weight) / 1e4))));
    model.save_changes();
  }

  // The same weights in a larger or smaller square, about the middle.
  function resized(to) {
    const [from, old] = [side(), model.get("weights")];
    const shift = (from - to) / 2;
    return Array.from({ length: to * to }, (_, k) => {
      const [r, c] = [Math.floor(k / to) + shift, (k % to) + shift];
      return r >= 0 && r < from && c >= 0 && c < from ? old[r * from + c] : 0;
    });
  }

  function put(k, weight) {
    const weights = [...model.get("weights")];
    if (weights[k] === weight) return;
    weights[k] = weight;
    set(weights);
  }

  const cell = (x, y) => {
    const inside = (share) => Math.min(side() - 1, Math.max(0, Math.floor(share * side())));
    return inside(y) * side() + inside(x);
  };
  ink.operate(board, {
    paints: true,
    point: (x, y) => {
      chosen = cell(x, y);
      put(chosen, brush);
      show();
    },
    step: (right, down) => {
      const [r, c] = [Math.floor(chosen / side()) + down, (chosen % side()) + right];
      if (r >= 0 && r < side() && c >= 0 && c < side()) chosen = r * side() + c;
      show();
    },
    press: (key) => {
      const old = model.get("weights")[chosen];
      const next = { "+": old + STEP, "=": old + STEP, "-": old - STEP, "0": 0, "1": 1, Delete: 0, Backspace: 0 }[key];
      if (next === undefined) return false;
      put(chosen, next);
      return true;
    },
  });

  // ------------------------------------------------------------------------------- the pictures
  async function open(blob) {
    let bitmap;
    try {
      bitmap = await createImageBitmap(blob);
    } catch {
      caption.textContent = "This file could not be read as a picture.";
      return;
    }
    const scale = Math.min(1, MOST_PIXELS / Math.max(bitmap.width, bitmap.height));
    const [W, H] = [bitmap.width, bitmap.height].map((length) => Math.max(8, Math.round(length * scale)));
    const pen = new OffscreenCanvas(W, H).getContext("2d");
    pen.drawImage(bitmap, 0, 0, W, H);
    const { data } = pen.getImageData(0, 0, W, H);
    shape = [1, H, W];
    pixels = Float32Array.from({ length: H * W }, (_, k) => (0.299 * data[4 * k] + 0.587 * data[4 * k + 1] + 0.114 * data[4 * k + 2]) / 255);
    show();
  }

  function drawBoard() {
    const weights = model.get("weights");
    const top = Math.max(1, ...weights.map(Math.abs));
    ink.table(board, { values: weights, height: side(), width: side() }, { top, signed: true }, 196, 196);
    const pen = board.getContext("2d");
    const step = parseFloat(board.style.width) / side();
    pen.strokeStyle = "#7f7f7f";
    pen.lineWidth = 0.5;
    weights.forEach((_, k) => pen.strokeRect((k % side()) * step, Math.floor(k / side()) * step, step, step));
    pen.strokeStyle = ink.FRAME;
    pen.lineWidth = 2;
    pen.strokeRect((chosen % side()) * step + 1, Math.floor(chosen / side()) * step + 1, step - 2, step - 2);
    const [r, c] = [Math.floor(chosen / side()), chosen % side()];
    board.setAttribute("aria-label", `The filter, ${side()} × ${side()} weights. Arrow keys move, plus and minus change`
      + ` a weight, 0 erases it. Row ${r}, column ${c}: ${text(weights[chosen])}.`);
  }

  function drawPicture(canvas, { shape: [, H, W], data }, span) {
    const scale = Math.min(240 / W, 280 / H);
    const pen = ink.resize(canvas, W * scale, H * scale);
    ink.paint(pen, data, H, W, span, 0, 0, W * scale, H * scale);
  }

  function draw() {
    due = null;
    const weights = model.get("weights");
    chosen = Math.min(chosen, weights.length - 1);
    size.value = side();
    menu.value = Object.keys(presets).find((name) => presets[name].flat().join() === weights.join()) ?? "";
    drawBoard();
    const sizes = mean.checked ? weights.reduce((total, weight) => total + Math.abs(weight), 0) || 1 : 1;
    const w = arithmetic.tensor([1, 1, side(), side()], Float32Array.from(weights, (weight) => weight / sizes));
    const x = arithmetic.tensor(shape, pixels);
    const y = arithmetic.convolve(x, { w, b: null });
    const { top, signed } = ink.scale(y.data);
    drawPicture(picture, x, { top: 1, signed: false });
    drawPicture(result, y, { top: signed ? top : Math.max(1, top), signed });
    const said = say(weights, sizes);
    const most = text(Number(top.toPrecision(3)));
    title.textContent = signed ? `what comes out, blue −${most} to red ${most}` : `what comes out, white is ${text(Math.max(1, top))}`;
    picture.setAttribute("aria-label", `A picture of ${shape[1]} × ${shape[2]} pixels`);
    result.setAttribute("aria-label", `The picture after the filter. ${said}`);
    caption.textContent = said;
    el.dispatchEvent(new CustomEvent("cnnlib-drawn"));
  }

  function show() {
    due ??= requestAnimationFrame(draw);
  }

  model.on("change:weights", show);
  draw();
  return () => {
    cancelAnimationFrame(due);
    model.off("change:weights", show);
  };
}

export default { render };
