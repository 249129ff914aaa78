"""Run JavaScript of the package: by Node where there is one, else in a browser."""

import base64
import json
import shutil
import subprocess

import numpy as np

from tests.browser import chromium, why_not

# Files come as data: so both take them for modules, whatever they are called.
CALL = """async ([text, source, given]) => {
    const m = await import("data:text/javascript;base64," + text);
    const bytes = text => Uint8Array.from(atob(text), c => c.charCodeAt(0));
    const floats = text => new Float32Array(bytes(text).buffer);
    const text64 = array => {
        let text = "";
        for (const byte of new Uint8Array(array.buffer)) text += String.fromCharCode(byte);
        return btoa(text);
    };
    return await (0, eval)(source)(m, given, floats, text64);
}"""
NODE = f"""
let text = "";
process.stdin.setEncoding("utf8").on("data", part => text += part);
process.stdin.on("end", async () => console.log(JSON.stringify(await ({CALL})(JSON.parse(text)))));
"""


def without():
    """Say what is missing to run JavaScript; empty if nothing is."""
    return "" if shutil.which("node") or not why_not() else f"no node, and {why_not()}"


def call(module, function, given=None):
    """Import a module and call a function with it.

    Parameters
    ----------
    module : str
        Its text; it imports nothing.
    function : str
        JavaScript, of ``(m, given, floats, text64)``: the module's exports; `given`; and what
        turns texts that :func:`sent` made into a Float32Array and back.
    given : object
        JSON can hold it.

    Returns
    -------
    object
        What the function returned.
    """
    what = [base64.b64encode(module.encode()).decode(), function, given]
    if shutil.which("node"):
        done = subprocess.run(
            ["node", "-e", NODE], input=json.dumps(what), capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr[-2000:]
        return json.loads(done.stdout)
    with chromium() as browser:
        page = browser.new_page()
        page.set_default_timeout(0)
        return page.evaluate(CALL, what)


def sent(array):
    """Return an array as a text of float32."""
    return base64.b64encode(np.ascontiguousarray(array, "<f4").tobytes()).decode()


def received(text, shape):
    """Return the array that a text holds."""
    return np.frombuffer(base64.b64decode(text), "<f4").reshape(shape)
