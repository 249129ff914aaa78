// The layers of cnnlib, at rest, for one image: what explorers that compute in the page need.
// A tensor is {shape, data}, shape [C, H, W] or [D], data a Float32Array in row-major order.
// Sums are taken in float64. A test holds each layer to the one in Python of the same name.

export function tensor(shape, data) {
  const size = shape.reduce((product, length) => product * length, 1);
  return { shape, data: data ?? new Float32Array(size) };
}

export function outputSize(size, kernel, { stride = 1, pad = 0, dilation = 1 }) {
  return Math.floor((size + 2 * pad - dilation * (kernel - 1) - 1) / stride) + 1;
}

// x [C, H, W], layer.w [F, C / groups, KH, KW], layer.b [F] or null; gives [F, OH, OW].
// Each row of im2col's matrix is laid out once, and added to all maps in one long loop.
export function convolve(x, layer) {
  const { w, b, stride = 1, pad = 0, dilation = 1, groups = 1 } = layer;
  const [, H, W] = x.shape;
  const [F, C, KH, KW] = w.shape;
  const [OH, OW] = [outputSize(H, KH, layer), outputSize(W, KW, layer)];
  const [size, taps, filters] = [OH * OW, C * KH * KW, F / groups]; // filters of one group
  const [sums, row] = [new Float64Array(F * size), new Float64Array(size)];
  if (b) b.data.forEach((bias, f) => sums.fill(bias, f * size, (f + 1) * size));
  for (let k = 0; k < groups * taps; k++) {
    const [kw, kh, c] = [k % KW, Math.floor(k / KW) % KH, Math.floor(k / (KH * KW))];
    let [o, seen] = [0, false];
    for (let oh = 0; oh < OH; oh++) {
      const h = oh * stride - pad + kh * dilation;
      for (let ow = 0; ow < OW; ow++) {
        const v = ow * stride - pad + kw * dilation;
        const number = h >= 0 && h < H && v >= 0 && v < W ? x.data[(c * H + h) * W + v] : 0;
        row[o++] = number;
        seen ||= number !== 0;
      }
    }
    if (!seen) continue;
    const first = Math.floor(k / taps) * filters;
    for (let f = first; f < first + filters; f++) {
      const weight = w.data[f * taps + (k % taps)];
      for (let o = 0, to = f * size; o < size; o++) sums[to++] += weight * row[o];
    }
  }
  return tensor([F, OH, OW], new Float32Array(sums));
}

// Slides a window [KH, KW] over each map: starts each output at `start`, takes in each number by
// `join`, and leaves what `end` makes of it and of KH * KW. Padding counts for nothing.
function pool(x, layer, start, join, end) {
  const { stride, pad = 0 } = layer;
  const [C, H, W] = x.shape;
  const [KH, KW] = layer.kernel_size;
  const [OH, OW] = [outputSize(H, KH, layer), outputSize(W, KW, layer)];
  const y = tensor([C, OH, OW]);
  for (let o = 0; o < y.data.length; o++) {
    const c = Math.floor(o / (OH * OW));
    const [top, left] = [(Math.floor(o / OW) % OH) * stride - pad, (o % OW) * stride - pad];
    let kept = start;
    for (let h = Math.max(top, 0); h < Math.min(top + KH, H); h++) {
      for (let w = Math.max(left, 0); w < Math.min(left + KW, W); w++) {
        kept = join(kept, x.data[(c * H + h) * W + w]);
      }
    }
    y.data[o] = end(kept, KH * KW);
  }
  return y;
}

const add = (one, other) => one + other;
const sum = (numbers) => numbers.reduce(add, 0);

// x [D], layer.w [D, M], layer.b [M]; gives [M].
function weigh(x, { w, b }) {
  const [D, M] = w.shape;
  const sums = Float64Array.from(b.data);
  for (let d = 0; d < D; d++) {
    if (x.data[d] === 0) continue;
    for (let m = 0; m < M; m++) sums[m] += x.data[d] * w.data[d * M + m];
  }
  return tensor([M], new Float32Array(sums));
}

function normalise(x, { gamma, beta, mean, var: variance, eps }) {
  const size = x.data.length / x.shape[0];
  return tensor(x.shape, x.data.map((value, k) => {
    const c = Math.floor(k / size);
    return ((value - mean.data[c]) * gamma.data[c]) / Math.sqrt(variance.data[c] + eps) + beta.data[c];
  }));
}

const each = (change) => (x, layer) => tensor(x.shape, x.data.map((value) => change(value, layer)));

export const LAYERS = {
  Conv2D: convolve,
  Dense: weigh,
  BatchNorm: normalise,
  ReLU: each((value) => Math.max(value, 0)),
  LeakyReLU: each((value, { slope }) => Math.max(value, slope * value)),
  Sigmoid: each((value) => 0.5 + 0.5 * Math.tanh(0.5 * value)),
  Tanh: each(Math.tanh),
  Dropout: (x) => x,
  MaxPool2D: (x, layer) => pool(x, layer, -Infinity, Math.max, (kept) => kept),
  AvgPool2D: (x, layer) => pool(x, layer, 0, add, (kept, size) => kept / size),
  GlobalAvgPool2D: (x) => {
    const whole = { kernel_size: x.shape.slice(1), stride: 1 };
    return tensor([x.shape[0]], LAYERS.AvgPool2D(x, whole).data);
  },
  Flatten: (x) => tensor([x.data.length], x.data),
  Sequential: (x, { layers }) => run(layers, x).at(-1) ?? x,
  Residual: (x, { layers: [body, shortcut] }) => {
    const [added, kept] = [apply(body, x), shortcut ? apply(shortcut, x) : x];
    return tensor(added.shape, added.data.map((value, i) => value + kept.data[i]));
  },
};

export function apply(layer, x) {
  return LAYERS[layer.kind](x, layer);
}

// Sends x through layers; gives what each of them returned.
export function run(layers, x) {
  const outputs = [];
  for (const layer of layers) outputs.push((x = apply(layer, x)));
  return outputs;
}

export function softmax(scores) {
  const most = Math.max(...scores);
  const powers = Array.from(scores, (score) => Math.exp(score - most));
  const total = sum(powers);
  return powers.map((power) => power / total);
}

// Puts arrays back where Python took them out: {array: k, shape} is k numbers into `numbers`.
export function unpack(value, numbers) {
  if (Array.isArray(value)) return value.map((item) => unpack(item, numbers));
  if (value === null || typeof value !== "object") return value;
  if ("array" in value) {
    const { shape, data } = tensor(value.shape);
    return { shape, data: numbers.subarray(value.array, value.array + data.length) };
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, unpack(item, numbers)]));
}

// ------------------------------------------------ a drawing, made to look like MNIST's digits

// The matrix of cnnlib.digits.average_matrix: how much of each pixel k new pixel r covers, from the
// first that it covers on.
function covers(before, after) {
  return Array.from({ length: after }, (_, r) => {
    const [low, high] = [(r * before) / after, ((r + 1) * before) / after];
    const first = Math.floor(low);
    return { first, shares: Array.from({ length: Math.min(before, Math.ceil(high)) - first }, (_, i) =>
      (Math.max(0, Math.min(high, first + i + 1) - Math.max(low, first + i)) * after) / before) };
  });
}

// Ink of [size, size] in 0 to 1, to [1, 28, 28] as cnnlib.digits.prepare_digit makes it.
export function prepareDigit(ink, size, field = 28, box = 20) {
  const image = tensor([1, field, field]);
  let [top, bottom, left, right] = [size, -1, size, -1];
  for (let i = 0; i < size * size; i++) {
    if (ink[i] === 0) continue;
    const [row, column] = [Math.floor(i / size), i % size];
    [top, bottom] = [Math.min(top, row), Math.max(bottom, row)];
    [left, right] = [Math.min(left, column), Math.max(right, column)];
  }
  if (bottom < 0) return image;
  const [tall, wide] = [bottom - top + 1, right - left + 1];
  const scale = box / Math.max(tall, wide);
  const rows = covers(tall, Math.max(1, rounded(tall * scale)));
  const columns = covers(wide, Math.max(1, rounded(wide * scale)));
  const average = ({ first, shares }, pixel) => shares.reduce((kept, share, k) => kept + share * pixel(first + k), 0);
  const narrow = Array.from({ length: tall }, (_, h) =>
    columns.map((column) => average(column, (k) => ink[(top + h) * size + left + k])));
  const small = rows.map((row) => columns.map((_, c) => average(row, (h) => narrow[h][c])));
  const mass = sum(small.map(sum));
  const middles = [
    sum(small.map((row, r) => r * sum(row))) / mass,
    sum(small.map((row) => sum(row.map((value, c) => c * value)))) / mass,
  ];
  const [row, column] = [rows.length, columns.length].map((length, axis) =>
    Math.min(Math.max(Math.ceil(field / 2 - 0.5 - middles[axis] - 1e-6), 0), field - length));
  small.forEach((line, r) => image.data.set(line, (row + r) * field + column));
  return image;
}

// Halves go to the even neighbour, as in Python.
function rounded(number) {
  const low = Math.floor(number);
  if (number - low !== 0.5) return Math.round(number);
  return low % 2 ? low + 1 : low;
}
