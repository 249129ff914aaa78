"""The stop button of Jupyter, in a real kernel: the cell ends, and the next one does not start."""

import sys

import pytest
from jupyter_client.manager import KernelManager

TRAIN = """
from tests.helpers import noisy_network, quarters
from cnnlib.training import fit
network, told = noisy_network(), []
def tell(run):
    if len(run.history.losses) == 3:
        print("training", flush=True)
history = None
history = fit(network, quarters(), epochs=10**6, callbacks=[tell], progress=False)
"""
NEXT = "print('the next cell')"
AFTER = """
import sys
assert history is None and not network.training
print(sys.last_value.history.interrupted, len(sys.last_value.history.losses) >= 3)
"""


@pytest.fixture
def client():
    manager = KernelManager(kernel_name="python3")
    manager.kernel_spec.argv[0] = sys.executable
    manager.start_kernel()
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=600)
    client.interrupt = manager.interrupt_kernel
    yield client
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def outputs(client, request, until=("idle",)):
    """Collect what a cell says until the kernel is idle, or until it prints a word."""
    found = []
    while True:
        message = client.get_iopub_msg(timeout=600)
        if message["parent_header"].get("msg_id") != request:
            continue
        content = message["content"]
        if message["msg_type"] == "stream":
            found.append(content["text"])
        if message["msg_type"] == "error":
            found.append("\n".join(content["traceback"]))
        if content.get("execution_state") in until or content.get("text", "").strip() in until:
            return "".join(found)


def test_the_stop_button_stops_the_cell_and_run_all(client):
    first = client.execute(TRAIN)
    second = client.execute(NEXT)  # Run All has queued it already
    assert "training" in outputs(client, first, until=("training",))
    client.interrupt()
    said = outputs(client, first)
    assert "Interrupted: stopped after " in said and " of 1000000 epochs done" in said
    assert "Traceback" not in said and len(said) < 300
    replies = {}
    while not {first, second} <= replies.keys():
        reply = client.get_shell_msg(timeout=600)
        replies[reply["parent_header"]["msg_id"]] = reply["content"]
    assert replies[first]["status"] == "error" and replies[first]["ename"] == "Interrupted"
    assert replies[second]["status"] == "aborted"
    assert outputs(client, client.execute(AFTER)).strip() == "True True"
