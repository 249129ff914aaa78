"""The front page's explorers: their modules, and what they need to begin, as files of the site."""

import base64
import json
import shutil
from pathlib import Path

from anywidget import AnyWidget

from cnnlib.datasets import load_mnist
from cnnlib.models import load_trained
from cnnlib.widgets.network import NetworkExplorer
from cnnlib.widgets.page import HERE as MODULES
from cnnlib.widgets.paint import PaintExplorer

HERE = Path(__file__).parent


def state(explorer):
    """Return what the page has to know of an explorer: values for JSON, and bytes as base64."""
    values, data = {}, {}
    for name in explorer.traits(sync=True).keys() - AnyWidget.class_traits().keys():
        value = getattr(explorer, name)
        if isinstance(value, bytes):
            data[name] = base64.b64encode(value).decode()
        elif not name.startswith("_"):
            values[name] = value
    return {"values": values, "bytes": data}


def build(folder):
    """Fill a folder with all that the front page loads."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for path in [*MODULES.glob("*.js"), HERE / "front.js"]:
        shutil.copy(path, folder)
    styles = ((MODULES / name).read_text("utf-8") for name in ("canvas.css", "page.css"))
    (folder / "front.css").write_text("\n".join(styles), "utf-8")
    images, labels = load_mnist()[1]
    explorers = {
        "network": NetworkExplorer(load_trained("lenet5"), images[:20], labels[:20]),
        "paint": PaintExplorer(),
    }
    for name, explorer in explorers.items():
        text = json.dumps(state(explorer), separators=(",", ":"), sort_keys=True)
        (folder / f"{name}.json").write_text(text, "utf-8")
