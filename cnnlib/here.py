"""Where this Python runs, and what follows from that in the browser edition of the lessons.

There Python is WebAssembly in a page: one thread, no other processes, no BLAS.
The edition starts every kernel by running this file (``tools/site/jupyter-lite.json``).
"""

import contextlib
import os
import sys

BROWSER = sys.platform == "emscripten"


def has_threads():
    """Say whether threads can be started, and other processes."""
    return not BROWSER


def slower():
    """Return how many times as long a reader's function may take: 10 in the browser."""
    return 10 if BROWSER else 1


def say(text, stream=None):
    """Print a line; where that is not possible, be silent from then on, for the work goes on."""
    stream = stream or sys.stdout
    try:
        print(text, file=stream, flush=True)
    except (OSError, ValueError):  # a full disk, a pipe that was closed
        try:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        except (OSError, ValueError):
            pass


def note(text):
    """Tell a reader of the browser edition what is different there; say nothing elsewhere."""
    if BROWSER:
        print(f"In the browser: {text}")


def show(outputs):
    """Show what a cell showed elsewhere: its outputs, as a notebook's file holds them."""
    from IPython.display import display

    for output in outputs:
        if "text" in output:
            print("".join(output["text"]), end="")
        else:
            data = {kind: "".join(value) for kind, value in output["data"].items()}
            display(data, metadata=output["metadata"], raw=True)


def settle(kernel):
    """Keep *Run All* going in JupyterLite past cells that may fail and cells that take minutes.

    Two kinds may fail: those tagged ``raises-exception``, whose exception is shown all the same,
    and those tagged ``measured``, which assert what was measured in an ordinary Python: here the
    clock says something else, and that is said.  What would take minutes is tagged ``recorded``:
    as long as its code is what it was, it shows what it showed in an ordinary Python.  That is in
    its metadata, where the edition's builder (``tools/site/lite.py``) puts it.

    Parameters
    ----------
    kernel : pyodide_kernel.kernel.PyodideKernel
    """
    run = kernel.run

    async def run_kindly(code):
        metadata = kernel.get_parent().get("metadata") or {}
        tags, record = metadata.get("tags") or (), metadata.get("recorded") or {}
        if record.get("code") == code:
            note(
                "this cell would take a minute or more. What follows comes from an ordinary"
                " Python. Change anything in it, and it runs."
            )
            show(record["outputs"])
            return {"status": "ok", "payload": []}
        result = await run(code)
        if result["status"] != "error":
            return result
        if "measured" in tags and "AssertionError" in result["ename"]:
            note(
                "what this cell asserts of times was measured in an ordinary Python. It does not"
                " hold here: one thread, no BLAS, and a coarser clock."
            )
        elif "raises-exception" in tags:
            print("\n".join(result["traceback"]), file=sys.stderr)
        else:
            return result
        return {"status": "ok", "payload": result["payload"]}

    kernel.run = run_kindly


if __name__ == "__main__":
    from IPython import get_ipython

    with contextlib.suppress(Exception):  # with another Pyodide products are slow, and right
        from cnnlib import wasm

        wasm.quicken()
    settle(get_ipython().kernel)
