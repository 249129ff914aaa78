"""An environment in which nobody's settings of Jupyter, IPython or matplotlib decide a result."""

import contextlib
import os
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
USERS = ("IPYTHON", "JUPYTER", "MPL", "MATPLOTLIB", "NBGRADER", "CNNLIB_")


def environment(folder):
    """Return a process's environment with settings of its own, in `folder`.

    This repository's package is the one imported, BLAS keeps to one thread (on a busy machine, two
    that wait for each other are ten times slower), and no exercise done is noted as the user's.
    """
    folder = Path(folder)
    (folder / "ipython").mkdir(parents=True, exist_ok=True)
    (folder / "matplotlibrc").touch()
    env = {name: value for name, value in os.environ.items() if not name.startswith(USERS)}
    path, pythonpath = str(Path(sys.executable).parent), str(ROOT)
    return env | {
        "CNNLIB_PROGRESS": "off",
        "IPYTHONDIR": str(folder / "ipython"),
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "JUPYTER_DATA_DIR": str(folder / "data"),
        "JUPYTER_PREFER_ENV_PATH": "1",
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(folder / "lab-settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(folder / "lab-workspaces"),
        "MATPLOTLIBRC": str(folder / "matplotlibrc"),
        "OPENBLAS_NUM_THREADS": "1",
        "PATH": os.pathsep.join(filter(None, [path, env.get("PATH")])),
        "PYTHONPATH": os.pathsep.join(filter(None, [pythonpath, env.get("PYTHONPATH")])),
    }


@contextlib.contextmanager
def isolated():
    """Give this process and what it starts such an environment for a while; yield the folder."""
    before = dict(os.environ)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        own = environment(folder)
        os.environ.clear()
        os.environ.update(own)
        try:
            yield Path(folder)
        finally:
            os.environ.clear()
            os.environ.update(before)
