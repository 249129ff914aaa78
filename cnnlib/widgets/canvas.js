// A canvas to draw a digit on with mouse, finger or pen. `value` is the base64 text of
// `size * size` bytes of ink, row by row, or empty.

const SHOWN = 224; // CSS pixels
const LINE = 0.085; // width of a stroke, as a share of the canvas

function bytesToText(bytes) {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

function render({ model, el }) {
  const size = model.get("size");
  const every = model.get("every") ?? 150; // ms between two messages of one stroke
  const label = document.createElement("div");
  label.textContent = "Draw a digit here, large:";
  const canvas = document.createElement("canvas");
  canvas.className = "cnnlib-canvas";
  canvas.width = canvas.height = 2 * size;
  canvas.style.width = canvas.style.height = `${SHOWN}px`;
  canvas.setAttribute("role", "img");
  canvas.setAttribute(
    "aria-label",
    "Canvas to draw a digit on with mouse, finger or pen. With the keyboard, choose a test image with the slider instead.",
  );
  const clear = document.createElement("button");
  clear.type = "button";
  clear.className = "jupyter-button widget-button cnnlib-clear";
  clear.textContent = "Clear the canvas";
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  let last = null; // where the stroke was
  let pointer = null; // which mouse, finger or pen draws it
  let due = null; // timer of the next message
  let sent = null; // what this view told the kernel

  function wipe() {
    pen.fillStyle = "black";
    pen.fillRect(0, 0, canvas.width, canvas.height);
  }

  function paint() {
    wipe();
    const text = model.get("value");
    if (!text) return;
    const ink = atob(text);
    if (ink.length !== size * size) return;
    const image = pen.createImageData(canvas.width, canvas.height);
    for (let i = 0; i < canvas.width * canvas.height; i++) {
      const row = Math.floor(i / canvas.width) >> 1;
      const column = (i % canvas.width) >> 1;
      image.data.fill(ink.charCodeAt(row * size + column), 4 * i, 4 * i + 3);
      image.data[4 * i + 3] = 255;
    }
    pen.putImageData(image, 0, 0);
  }

  function send() {
    clearTimeout(due);
    due = null;
    const { data, width } = pen.getImageData(0, 0, canvas.width, canvas.height);
    const ink = new Uint8Array(size * size);
    for (let row = 0; row < size; row++) {
      for (let column = 0; column < size; column++) {
        const i = 4 * (2 * row * width + 2 * column);
        const sum = data[i] + data[i + 4] + data[i + 4 * width] + data[i + 4 * width + 4];
        ink[row * size + column] = sum / 4;
      }
    }
    sent = bytesToText(ink);
    model.set("value", sent);
    model.save_changes();
  }

  function place(event) {
    const box = canvas.getBoundingClientRect();
    const scale = canvas.width / box.width;
    return [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
  }

  function stroke(event) {
    const moves = event.getCoalescedEvents?.() ?? [];
    for (const move of moves.length ? moves : [event]) {
      const to = place(move);
      pen.strokeStyle = "white";
      pen.lineWidth = LINE * canvas.width;
      pen.lineCap = pen.lineJoin = "round";
      pen.beginPath();
      pen.moveTo(...last);
      pen.lineTo(...to);
      pen.stroke();
      last = to;
    }
    due ??= setTimeout(send, every);
  }

  function lift(event) {
    if (event.pointerId !== pointer) return;
    last = pointer = null;
    send();
  }

  canvas.addEventListener("pointerdown", (event) => {
    if (event.button > 0) return;
    event.preventDefault();
    event.stopPropagation();
    if (pointer !== null) return; // one finger at a time
    pointer = event.pointerId;
    canvas.setPointerCapture(pointer);
    last = place(event);
    pen.fillStyle = "white"; // a dot, where nothing moves
    pen.beginPath();
    pen.arc(...last, (LINE * canvas.width) / 2, 0, 2 * Math.PI);
    pen.fill();
    due ??= setTimeout(send, every);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (event.pointerId === pointer) stroke(event);
  });
  canvas.addEventListener("contextmenu", (event) => {
    if (pointer !== null) event.preventDefault(); // a finger that rests a while
  });
  canvas.addEventListener("pointerup", lift);
  canvas.addEventListener("pointercancel", lift);
  canvas.addEventListener("lostpointercapture", lift);
  clear.addEventListener("click", () => {
    wipe();
    clearTimeout(due);
    due = null;
    sent = "";
    model.set("value", sent);
    model.save_changes();
  });
  const changed = () => {
    if (model.get("value") !== sent) paint(); // by Python or by another view
  };
  model.on("change:value", changed);
  paint();
  el.classList.add("cnnlib-drawing");
  el.append(label, canvas, clear);
  return () => {
    clearTimeout(due);
    model.off("change:value", changed);
  };
}

export default { render };
