// How numbers look in the page: grey for what has no sign; for what has one, the colours of the
// figures' map at five places, blue over white to red. And tiles of several arrays, to be chosen by
// hand or by keys.

const STOPS = [[5, 48, 97], [107, 172, 208], [247, 246, 246], [228, 128, 101], [103, 0, 31]];
export const FRAME = "#e69f00";

// The scale of some numbers: the greatest size, and whether there is a sign.
export function scale(numbers) {
  let [low, high] = [0, 0];
  for (const number of numbers) {
    if (number < low) low = number;
    if (number > high) high = number;
  }
  return { top: Math.max(-low, high) || 1, signed: low < 0 };
}

export function colour(number, { top, signed }) {
  const share = Math.max(-1, Math.min(1, number / top));
  if (!signed) return Array(3).fill(Math.round(255 * Math.max(0, share)));
  const place = 2 * (share + 1);
  const k = Math.min(3, Math.floor(place));
  return STOPS[k].map((from, i) => Math.round(from + (STOPS[k + 1][i] - from) * (place - k)));
}

// Ink that can be read on such a colour.
export function contrast([red, green, blue]) {
  return 0.3 * red + 0.59 * green + 0.11 * blue > 140 ? "black" : "white";
}

// The colours from the lowest number of a scale to its highest, each as one pixel of an image.
const LEVELS = 511;
const [GREYS, COLOURS] = [false, true].map((signed) => {
  const shades = Array.from({ length: LEVELS }, (_, k) =>
    [...colour(((1 + signed) * k) / (LEVELS - 1) - signed, { top: 1, signed }), 255]);
  return new Uint32Array(new Uint8Array(shades.flat()).buffer);
});
const sheets = new Map(); // by height and width: a canvas on which each number is a pixel

function sheet(H, W) {
  const size = `${H} ${W}`;
  if (!sheets.has(size)) {
    const canvas = Object.assign(document.createElement("canvas"), { width: W, height: H });
    const pen = canvas.getContext("2d");
    const image = pen.createImageData(W, H);
    sheets.set(size, { canvas, pen, image, pixels: new Uint32Array(image.data.buffer) });
  }
  return sheets.get(size);
}

export function paint(context, numbers, H, W, span, x, y, width, height) {
  if (H * W === 1) {
    context.fillStyle = `rgb(${colour(numbers[0], span)})`;
    context.fillRect(x, y, width, height);
    return;
  }
  const { canvas, pen, image, pixels } = sheet(H, W);
  const [shades, low] = span.signed ? [COLOURS, -span.top] : [GREYS, 0];
  const steps = (LEVELS - 1) / (span.top - low);
  for (let k = 0; k < H * W; k++) {
    const level = (numbers[k] - low) * steps + 0.5;
    pixels[k] = shades[level < 0 ? 0 : level < LEVELS ? Math.floor(level) : LEVELS - 1];
  }
  pen.putImageData(image, 0, 0);
  context.imageSmoothingEnabled = false;
  context.drawImage(canvas, x, y, width, height);
}

// Makes a canvas as large as asked for, in CSS pixels, sharp, and empty. (Telephones have up to four
// pixels in place of one: more than two across cost time and show nothing more.)
export function resize(canvas, width, height) {
  const dense = Math.min(2, window.devicePixelRatio || 1);
  const [across, down] = [Math.round(width * dense), Math.round(height * dense)];
  const pen = canvas.getContext("2d");
  if (canvas.width !== across || canvas.height !== down) {
    [canvas.width, canvas.height] = [across, down];
    canvas.style.width = `${width}px`;
  }
  pen.setTransform(dense, 0, 0, dense, 0, 0);
  pen.clearRect(0, 0, width, height);
  return pen;
}

// Numbers in a table, each in a cell of its colour.
export function table(canvas, { values, height, width }, span, most = 160, widest = 32) {
  const cell = Math.min(widest, most / Math.max(height, width));
  const pen = resize(canvas, cell * width, cell * height);
  values.forEach((value, k) => {
    const [x, y] = [(k % width) * cell, Math.floor(k / width) * cell];
    const fill = colour(value, span);
    pen.fillStyle = `rgb(${fill})`;
    pen.fillRect(x, y, cell, cell);
    if (cell < 22) return;
    pen.fillStyle = contrast(fill);
    pen.font = `${Math.min(12, cell / 2.6)}px sans-serif`;
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.fillText(value.toFixed(2).replace(/^-(?!0.00)/, "−").replace(/^-/, ""), x + cell / 2, y + cell / 2);
  });
}

// Lets keys and pointers of an element choose, and keeps from the notebook the keys that it takes.
//   point(x, y): shares of width and height; step(right, down): arrow keys; press(key): others
// A finger chooses where it is lifted, and moves the page if it moves; or it paints, and the page rests.
export function operate(element, { point, step, press = () => false, paints = false }) {
  let pointer = null;
  const tell = (event) => {
    const box = element.getBoundingClientRect();
    point((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height, event);
  };
  const moves = (event) => event.pointerType === "touch" && !paints;
  element.tabIndex = 0;
  element.setAttribute("data-lm-suppress-shortcuts", "true");
  element.addEventListener("pointerdown", (event) => {
    if (event.button > 0 || pointer !== null) return;
    event.preventDefault();
    event.stopPropagation();
    element.focus({ preventScroll: true });
    pointer = event.pointerId;
    element.setPointerCapture(pointer);
    if (!moves(event)) tell(event);
  });
  element.addEventListener("pointermove", (event) => event.pointerId === pointer && !moves(event) && tell(event));
  element.addEventListener("pointerup", (event) => event.pointerId === pointer && moves(event) && tell(event));
  for (const kind of ["pointerup", "pointercancel", "lostpointercapture"]) {
    element.addEventListener(kind, (event) => {
      if (event.pointerId === pointer) pointer = null;
    });
  }
  const arrows = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };
  element.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    event.stopPropagation();
    const arrow = arrows[event.key];
    if (arrow) step(...arrow);
    if (arrow || press(event.key)) event.preventDefault();
  });
}

// Several arrays side by side, of which one is chosen.
export class Tiles {
  constructor(pick) {
    this.canvas = document.createElement("canvas");
    this.canvas.className = "cnnlib-tiles";
    this.canvas.setAttribute("role", "slider");
    this.canvas.setAttribute("aria-valuemin", "0");
    operate(this.canvas, {
      point: (x, y) => {
        const [across, down] = [x * this.columns, y * this.rows];
        const [column, row] = [Math.min(this.columns - 1, Math.max(0, Math.floor(across))), Math.min(this.rows - 1, Math.max(0, Math.floor(down)))];
        const k = row * this.columns + column;
        if (k < this.count) pick(k, across - column, down - row);
      },
      step: (right, down) => {
        const k = this.chosen + right + down * this.columns;
        if (k >= 0 && k < this.count) pick(k, null, null);
      },
    });
  }

  // So many tiles, so many in a row, each of a width and a height in CSS pixels.
  place(count, columns, width, height) {
    Object.assign(this, { count, columns, width, height, rows: Math.ceil(count / columns), chosen: 0 });
    this.canvas.setAttribute("aria-valuemax", `${count - 1}`);
  }

  // Draws each by a function of (k, pen, x, y, width, height).
  paint(each, chosen, said) {
    const pen = resize(this.canvas, this.columns * this.width, this.rows * this.height);
    const gap = this.width > 12 ? 1 : 0;
    for (let k = 0; k < this.count; k++) {
      each(k, pen, ...this.box(k).map((length, side) => length + (side < 2 ? gap : -2 * gap)));
    }
    this.chosen = chosen ?? 0;
    this.canvas.setAttribute("aria-valuenow", `${this.chosen}`);
    this.canvas.setAttribute("aria-valuetext", said);
    if (chosen === null) return;
    const [x, y, width, height] = this.box(chosen);
    pen.strokeStyle = FRAME;
    pen.lineWidth = 2;
    pen.strokeRect(x + 1, y + 1, width - 2, height - 2);
  }

  // Where a tile lies in the canvas: left, top, width, height.
  box(k) {
    return [(k % this.columns) * this.width, Math.floor(k / this.columns) * this.height, this.width, this.height];
  }
}
