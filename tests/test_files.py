"""Files are written whole or not at all, whoever else writes or was killed while writing."""

import errno
import os
import tempfile
from pathlib import Path

import pytest

from cnnlib.files import check_place, write_whole


@pytest.fixture
def written(monkeypatch):
    """The temporary names that were written to."""
    names, write = [], Path.write_bytes

    def remember(self, data):
        names.append(self.name)
        return write(self, data)

    monkeypatch.setattr(Path, "write_bytes", remember)
    return names


def test_every_write_has_a_temporary_name_of_its_own(tmp_path, written):
    for data in (b"one", b"two"):
        write_whole(tmp_path / "file.npz", data)
    assert len(set(written)) == 2
    assert (tmp_path / "file.npz").read_bytes() == b"two" and len(os.listdir(tmp_path)) == 1


def test_what_a_killed_run_left_is_cleared_by_the_next_save(tmp_path):
    (tmp_path / ".file[1].npz.0123.part").write_bytes(b"half")
    (tmp_path / ".other.npz.0123.part").write_bytes(b"another file's")
    write_whole(tmp_path / "file[1].npz", b"whole")
    assert sorted(os.listdir(tmp_path)) == [".other.npz.0123.part", "file[1].npz"]


def test_a_writer_whose_temporary_file_is_taken_writes_again(tmp_path, written, monkeypatch):
    path, replace = tmp_path / "file.npz", os.replace

    def interfere(part, target):
        monkeypatch.setattr(os, "replace", replace)
        write_whole(path, b"other")  # takes the first writer's file for one of a killed run
        replace(part, target)

    monkeypatch.setattr(os, "replace", interfere)
    write_whole(path, b"first")
    assert path.read_bytes() == b"first" and os.listdir(tmp_path) == ["file.npz"]
    assert len(written) == 3


def test_a_folder_that_cannot_be_written_to_is_named_and_no_temporary_file(tmp_path, monkeypatch):
    def refuse(dir):
        raise PermissionError(errno.EACCES, "Permission denied", f"{dir}/tmpkwcxc1wu")

    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)
    with pytest.raises(PermissionError) as refused:
        check_place(tmp_path / "file.npz")
    assert refused.value.filename == str(tmp_path)
