// What a number in a network is made of: the columns of maps for one image, and for one pixel of one
// map the maps it came from, its window, its filter and the sum.

import * as arithmetic from "./arithmetic.js";

const UNSEEN = new Set(["Flatten", "Dropout"]); // at rest they change no number

// The image, and each layer that changes something: [{name, text, layer, y}], y a tensor.
export function columns(layers, x) {
  const outputs = arithmetic.run(layers, x);
  const seen = layers.map((layer, k) => ({ name: layer.name, text: layer.text, layer, y: outputs[k] }));
  return [{ name: "input", text: "the image", layer: null, y: x }].concat(
    seen.filter(({ layer }) => !UNSEEN.has(layer.kind)),
  );
}

// Rows and columns of one map; a number of a vector is a map of one pixel.
export function sides({ y }) {
  return y.shape.length === 3 ? y.shape.slice(1) : [1, 1];
}

export function at({ y }, map, row, column) {
  const [H, W] = sides({ y });
  return y.data[(map * H + row) * W + column];
}

const grid = (title, height, width, value) => ({
  title, height, width, values: Array.from({ length: height * width }, (_, k) => value(Math.floor(k / width), k % width)),
});

// Where in a window its greatest number is, or its least.
function strongest({ top, left, step }, { width, values }, sign = 1) {
  const k = values.reduce((best, value, k) => (sign * value > sign * values[best] ? k : best), 0);
  return { row: top + Math.floor(k / width) * step, col: left + (k % width) * step };
}

const total = (numbers) => numbers.reduce((sum, number) => sum + number, 0);

// How one number was made of the column before.
//   value; bias, where there is one
//   parts: [{map, value}], what each map before gave, the strongest first
//   window: {top, left, rows, columns, step} on the maps before, or null
//   strongest: {row, col}, where on the strongest of them most came from, or null
//   slices: of the filter, or of the weights, one for each part; or none
//   work: numbers of `channel`, to be drawn: window, weights, products
export function made(column, before, map, row, col, channel = null) {
  const { layer } = column;
  const value = at(column, map, row, col);
  const alone = { value, bias: null, window: null, strongest: null, parts: [], slices: [], work: [] };
  if (!layer) return alone;
  const { stride = 1, pad = 0, dilation = 1 } = layer;
  const [H, W] = sides(before);
  const get = (c, h, w) => (h >= 0 && h < H && w >= 0 && w < W ? at(before, c, h, w) : 0);
  const [h, w] = sides(column);
  const k = (map * h + row) * w + col; // where a layer that looks at each number alone finds it
  const [from, top, left] = [Math.floor(k / (H * W)), Math.floor(k / W) % H, k % W];
  const same = { window: { top, left, rows: 1, columns: 1, step: 1 }, strongest: { row: top, col: left }, parts: [{ map: from, value: get(from, top, left) }] };
  const start = { top: row * stride - pad, left: col * stride - pad, step: dilation };

  if (layer.kind === "Conv2D" || layer.kind === "Dense") {
    const dense = layer.kind === "Dense";
    const [F, C, KH, KW] = dense ? [layer.w.shape[1], before.y.shape[0], H, W] : layer.w.shape;
    const first = dense ? 0 : Math.floor((map * (layer.groups ?? 1)) / F) * C;
    const window = dense ? { top: 0, left: 0, rows: H, columns: W, step: 1 } : { ...start, rows: KH, columns: KW };
    const weight = (c, kh, kw) =>
      layer.w.data[dense ? ((c * H + kh) * W + kw) * F + map : ((map * C + c) * KH + kh) * KW + kw];
    const number = (c, kh, kw) => get(first + c, window.top + kh * window.step, window.left + kw * window.step);
    const product = (c) => (kh, kw) => weight(c, kh, kw) * number(c, kh, kw);
    const parts = Array.from({ length: C }, (_, c) => ({ map: first + c, value: total(grid("", KH, KW, product(c)).values) }));
    parts.sort((one, other) => Math.abs(other.value) - Math.abs(one.value));
    const scalar = KH * KW === 1 && dense;
    const slices = scalar ? [] : Array.from({ length: C }, (_, c) => grid(`${first + c}`, KH, KW, (kh, kw) => weight(c, kh, kw)));
    const c = parts.some((part) => part.map === channel) ? channel - first : parts[0].map - first;
    const of = before.layer ? ` on map ${first + c}` : "";
    const work = scalar ? [] : [
      grid(dense ? `map ${first + c}` : `the window${of}`, KH, KW, (kh, kw) => number(c, kh, kw)),
      grid(dense ? "its weights" : "the filter there", KH, KW, (kh, kw) => weight(c, kh, kw)),
      grid(`products, sum ${signed(parts.find((part) => part.map === first + c).value)}`, KH, KW, product(c)),
    ];
    const most = strongest(window, grid("", KH, KW, product(parts[0].map - first)), Math.sign(parts[0].value));
    return { ...alone, window: scalar ? null : window, strongest: most, bias: layer.b.data[map], parts, slices, work, channel: first + c };
  }
  if (layer.kind === "MaxPool2D" || layer.kind === "AvgPool2D") {
    const [rows, wide] = layer.kernel_size;
    const window = { ...start, step: 1, rows, columns: wide };
    const work = [grid(`the window on map ${map}`, rows, wide, (kh, kw) => get(map, window.top + kh, window.left + kw))];
    return { ...alone, window, strongest: strongest(window, work[0]), parts: [{ map, value }], work };
  }
  if (layer.kind === "GlobalAvgPool2D") {
    const window = { top: 0, left: 0, rows: H, columns: W, step: 1 };
    return { ...alone, window, strongest: strongest(window, grid("", H, W, (h, w) => get(map, h, w))), parts: [{ map, value }] };
  }
  if (layer.kind === "Residual" || layer.kind === "Sequential") {
    return { ...alone, parts: Array.from({ length: before.y.shape[0] }, (_, c) => ({ map: c, value: c === map ? 2 : 1 })) };
  }
  return { ...alone, ...same };
}

export function plain(number) {
  const size = Math.abs(number);
  const text = size === 0 || size >= 0.005 ? size.toFixed(2) : size.toPrecision(1);
  return (number < 0 ? "−" : "") + text;
}

export const signed = (number) => (number < 0 ? "" : "+") + plain(number);

// The same in a sentence.
export function say(column, before, map, row, col, found = made(column, before, map, row, col)) {
  const { layer, y } = column;
  const flat = y.shape.length === 1;
  const { value, bias, parts, window } = found;
  const here = layer ? (flat ? `${column.name}, number ${map}: ` : `${column.name}, map ${map}, row ${row}, column ${col}: `) : "";
  if (!layer) return `The image${y.shape[0] > 1 ? `, channel ${map}` : ""}: the pixel in row ${row}, column ${col} is ${plain(value)}.`;
  const [old] = parts;
  const size = window && `${window.rows} × ${window.columns}`;
  const unit = before.y.shape.length === 1 ? "number" : "map";
  const most = parts.length > 1 && old.value !== 0
    ? ` Most of it: ${parts.slice(0, 3).filter((part) => part.value !== 0).map((part) => `${signed(part.value)} from ${unit} ${part.map}`).join(", ")}.`
    : "";
  switch (layer.kind) {
    case "Conv2D": {
      const where = before.layer ? `of each of ${parts.length} maps` : "of the image";
      return `${here}the window of ${size} ${where} times the filter, summed, and the bias ${signed(bias)}, make ${plain(value)}.${most}`;
    }
    case "Dense":
      return `${here}${layer.w.shape[0]} numbers, each times its weight, summed, and the bias ${signed(bias)}, make ${plain(value)}.${most}`;
    case "MaxPool2D":
      return `${here}the greatest of ${size} numbers, ${plain(value)}, is kept.`;
    case "AvgPool2D":
    case "GlobalAvgPool2D":
      return `${here}the mean of ${size} numbers is ${plain(value)}.`;
    case "ReLU":
      return here + (old.value > 0 ? `${plain(old.value)} is positive and stays.` : `${plain(old.value)} is not positive and becomes 0.`);
    case "BatchNorm":
      return `${here}${plain(old.value)} is shifted and scaled, as every number of this map, to ${plain(value)}.`;
    case "Residual":
      return `${here}what the layers inside make of all ${before.y.shape[0]} maps, added to the ${layer.layers.length > 1 ? "shortcut" : "same map"}, is ${plain(value)}.`;
    default:
      return `${here}${layer.kind} makes ${plain(value)} of ${plain(old?.value ?? value)}.`;
  }
}
