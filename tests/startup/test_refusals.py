"""What can go wrong at the start is one plain sentence that says what to do."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess

import pytest

from tests.startup.conftest import IS_ROOT, is_one_sentence


def test_no_python(stopped, tmp_path):
    for tool in ("sh", "dirname", "readlink"):
        (tmp_path / tool).symlink_to(shutil.which(tool))
    old = tmp_path / "python3"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    done = subprocess.run([stopped.tree / "rapport", "up"], env={"PATH": str(tmp_path)}, capture_output=True, text=True)
    assert "Python 3.11" in is_one_sentence(done)


def test_a_taken_port(installed):
    with socket.socket() as other:
        other.bind(("127.0.0.1", installed.port))
        other.listen()
        said = is_one_sentence(installed.type("up", "--port", str(installed.port)))
    assert str(installed.port) in said
    assert "--port" in said


@pytest.mark.parametrize("port", ["0", "70000"])
def test_a_port_that_is_none(installed, port):
    assert port in is_one_sentence(installed.type("up", "--port", port))


def test_data_of_another_postgresql(installed, tmp_path_factory):
    data = installed.place / "data of 17"
    cluster = data / "pg18"
    cluster.mkdir(parents=True, exist_ok=True)
    (cluster / "PG_VERSION").write_text("17\n")
    installed.own(data)
    said = is_one_sentence(installed.type("up", "--port", str(installed.port), RAPPORT_DATA=str(data)))
    assert "17" in said
    assert str(cluster) in said


def test_a_full_disk(installed):
    if not IS_ROOT:
        pytest.skip("mounting a small disk needs root")
    disk = installed.place / "small disk"
    disk.mkdir(exist_ok=True)
    options = f"size=12m,uid={installed.uid},gid={installed.uid},mode=700"
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "none", disk], check=True)
    try:
        said = is_one_sentence(installed.type("up", "--port", str(installed.port), RAPPORT_DATA=str(disk)))
    finally:
        subprocess.run(["umount", disk], check=True)
    assert "full" in said
    assert str(disk) in said


@pytest.mark.parametrize("command", ["up", "stop", "status"])
def test_data_of_another_user(installed, command):
    if not IS_ROOT:
        pytest.skip("giving a folder away needs root")
    data = installed.place / "not mine"
    data.mkdir(exist_ok=True)
    os.chown(data, 1, 1)
    said = is_one_sentence(installed.type(command, RAPPORT_DATA=str(data)))
    assert str(data) in said
    assert "belongs to" in said


def test_no_network(stopped):
    environment = stopped.tree / ".venv"
    aside = stopped.tree / ".venv-aside"
    if environment.exists():
        environment.rename(aside)
    try:
        nowhere = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_EXTRA_INDEX_URL": "", "PIP_FIND_LINKS": ""}
        done = stopped.type(
            "up", RAPPORT_DATA=str(stopped.place / "no network"), UV_CACHE_DIR=str(stopped.place / "empty"), **nowhere
        )
    finally:
        shutil.rmtree(environment, ignore_errors=True)
        if aside.exists():
            aside.rename(environment)
    assert "network" in is_one_sentence(done)


def test_a_folder_that_cannot_be_written(stopped):
    if not IS_ROOT or stopped.uid == 0:
        pytest.skip("needs a folder of somebody else")
    os.chown(stopped.tree, 0, 0)
    aside = stopped.place / "aside"
    moved = stopped.data.exists()
    if moved:
        stopped.data.rename(aside)
    try:
        said = is_one_sentence(stopped.type("up"))
    finally:
        os.chown(stopped.tree, stopped.uid, stopped.uid)
        if moved:
            aside.rename(stopped.data)
    assert "folder" in said


def test_without_the_demo_the_settings_are_named(installed):
    said = is_one_sentence(installed.type("up", "--no-demo"))
    assert "SECRET_KEY" in said
    assert "ALLOWED_HOSTS" in said


def test_without_the_demo_and_with_its_settings_it_starts(installed):
    settings = {"SECRET_KEY": "x1!" * 20, "ALLOWED_HOSTS": "crm.example.com"}
    process = installed.start("--no-demo", RAPPORT_DATA=str(installed.place / "production"), **settings)
    try:
        installed.wait_until_said("Rapport runs at")
    finally:
        process.terminate()
    assert process.wait(30) == 0
    assert "demo.test" not in installed.said()


def test_a_command_that_does_not_exist(installed):
    assert "help" in is_one_sentence(installed.type("dance"))
