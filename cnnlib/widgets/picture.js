// The picture of an explorer: an image that says where it is pointed at. It also names for screen
// readers what ipywidgets leaves nameless, keeps the notebook from taking a slider's keys, and lets
// the key End reach a slider's end.

const PATIENCE = 3000; // ms after which an answer is taken for lost

const NAMES = { "fa-play": "Play or pause", "fa-pause": "Play or pause", "fa-stop": "Back to the start", "fa-retweet": "Repeat" };

function name(root) {
  // On what has the focus itself: a shortcut may be meant for it alone.
  for (const element of root.querySelectorAll("[tabindex], button, input, select")) {
    element.setAttribute("data-lm-suppress-shortcuts", "true");
  }
  for (const slider of root.querySelectorAll(".widget-slider")) {
    const label = slider.querySelector(".widget-label") ?? slider.parentElement.querySelector(".widget-label");
    for (const handle of slider.querySelectorAll(".noUi-handle")) {
      handle.setAttribute("aria-label", label?.textContent.trim() || "value");
    }
  }
  for (const button of root.querySelectorAll(".widget-play button")) {
    const icon = Object.keys(NAMES).find((kind) => button.querySelector(`.${kind}`));
    if (icon) button.setAttribute("aria-label", NAMES[icon]);
  }
  for (const field of root.querySelectorAll("input[title], input[placeholder]")) {
    if (!field.labels?.length) field.setAttribute("aria-label", field.title || field.placeholder);
  }
}

// noUiSlider goes to where the end was when it was made; since then another control may have moved it.
function toTheEnd(event) {
  const slider = event.key === "End" && event.target.closest(".noUi-target")?.noUiSlider;
  if (!slider) return;
  event.preventDefault();
  event.stopPropagation();
  slider.set(slider.options.range.max);
}

function render({ model, el }) {
  const image = document.createElement("img");
  image.className = "widget-image cnnlib-picture";
  image.draggable = false;
  let pointer = null; // which mouse, finger or pen is down
  let finger = null; // where a finger came down, until it is clear that it does not scroll
  let next = null; // where it was last, if Python has not been told
  let waiting = null; // timer, while Python draws what it was told

  // Written into the page: the address of a blob asks another process for it, at twice the cost.
  function show() {
    const { buffer, byteOffset, byteLength } = model.get("value");
    let text = "";
    for (let k = 0; k < byteLength; k += 8192) {
      text += String.fromCharCode(...new Uint8Array(buffer, byteOffset + k, Math.min(8192, byteLength - k)));
    }
    image.src = `data:image/png;base64,${btoa(text)}`;
  }
  function say() {
    image.alt = model.get("alt");
    image.classList.toggle("cnnlib-stale", model.get("stale"));
    image.classList.toggle("cnnlib-points", model.get("points"));
  }

  function tell() {
    if (waiting !== null || next === null) return;
    model.send(next);
    next = null;
    waiting = setTimeout(answered, PATIENCE);
  }
  function answered() {
    clearTimeout(waiting);
    waiting = null;
    tell();
  }
  function point(event, kind) {
    const box = image.getBoundingClientRect();
    const [x, y] = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
    next = { kind, x, y };
    tell();
  }

  image.addEventListener("pointerdown", (event) => {
    if (event.button > 0 || pointer !== null || !model.get("points")) return;
    event.preventDefault();
    event.stopPropagation();
    pointer = event.pointerId;
    image.setPointerCapture(pointer);
    finger = event.pointerType === "touch" ? event : null;
    if (!finger) point(event, "down");
  });
  // A finger that goes up or down scrolls the page; one that is lifted, or goes sideways, points.
  image.addEventListener("pointermove", (event) => {
    if (event.pointerId !== pointer) return;
    if (finger) {
      const [right, down] = [event.clientX - finger.clientX, event.clientY - finger.clientY];
      if (Math.abs(right) > Math.abs(down)) {
        point(finger, "down");
        finger = null;
      }
    } else point(event, "move");
  });
  image.addEventListener("pointerup", (event) => {
    if (event.pointerId === pointer && finger) point(event, "down");
  });
  for (const kind of ["pointerup", "pointercancel", "lostpointercapture"]) {
    image.addEventListener(kind, (event) => {
      if (event.pointerId === pointer) pointer = null;
    });
  }

  let root = null;
  const watcher = new MutationObserver(() => name(root));
  const frame = requestAnimationFrame(function look() {
    root = el.closest(".cnnlib-explorer");
    if (!root) return;
    name(root);
    root.addEventListener("keydown", toTheEnd, true); // before the slider
    watcher.observe(root, { childList: true, subtree: true });
  });

  model.on("change:value", show);
  model.on("change:alt change:stale change:points", say);
  model.on("msg:custom", answered);
  show();
  say();
  el.append(image);
  return () => {
    cancelAnimationFrame(frame);
    watcher.disconnect();
    root?.removeEventListener("keydown", toTheEnd, true);
    clearTimeout(waiting);
    model.off("change:value", show);
    model.off("change:alt change:stale change:points", say);
    model.off("msg:custom", answered);
  };
}

export default { render };
