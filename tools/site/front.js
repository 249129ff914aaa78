// The explorers of the front page: the modules of cnnlib.widgets, and no kernel.

import network from "./network.js";
import paint from "./paint.js";
import { alone } from "./page.js";

const EXPLORERS = { network, paint };

async function open(place) {
  const name = place.dataset.explorer;
  const answer = await fetch(new URL(`${name}.json`, import.meta.url));
  const { values, bytes } = await answer.json();
  for (const [key, text] of Object.entries(bytes)) {
    values[key] = new DataView(Uint8Array.from(atob(text), (byte) => byte.charCodeAt(0)).buffer);
  }
  EXPLORERS[name].render({ model: alone(values), el: place });
}

document.querySelectorAll("[data-explorer]").forEach(open); // each as soon as its numbers are here
