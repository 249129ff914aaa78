// What explorers that compute in the page share: elements, arrays, a model without a kernel.

export function element(kind, name, parent, text = "") {
  const made = document.createElement(kind);
  made.className = `cnnlib-${name}`;
  made.textContent = text;
  parent.append(made);
  return made;
}

// Bytes that Python sent, as float32.
export function floats(view) {
  return new Float32Array(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength));
}

// The model of a widget that has no kernel: values, and who is told when one changes.
export function alone(values) {
  const told = [];
  return {
    get: (name) => values[name],
    set(name, value) {
      if (values[name] === value) return;
      values[name] = value;
      for (const [names, does] of told) if (names.split(" ").includes(`change:${name}`)) does();
    },
    save_changes() {},
    on: (names, does) => told.push([names, does]),
    off: (names, does) => told.splice(0, Infinity, ...told.filter(([, other]) => other !== does)),
  };
}
