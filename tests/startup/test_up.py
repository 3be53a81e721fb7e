"""./rapport up: cold, warm, twice, after a crash; stop ends it all."""

from __future__ import annotations

import http.cookiejar
import os
import re
import signal
import time
import urllib.parse
import urllib.request
from pathlib import Path

from crm.postgres_root import is_alive
from tests.startup.conftest import Installation

COLD_LIMIT, LOGIN_LIMIT, WARM_LIMIT = 15, 25, 3
SLACK = float(os.environ.get("RAPPORT_SLACK", "4"))  # test machines are shared: the limits are for a quiet one


def sign_in(installation: Installation, email: str) -> str:
    """The address that the person lands on."""
    jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
    browser = urllib.request.build_opener(jar)
    address = f"http://127.0.0.1:{installation.port}/accounts/login/"
    form = browser.open(address, timeout=20).read().decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form)[1]
    told = urllib.parse.urlencode({"csrfmiddlewaretoken": token, "login": email, "password": "rapport-demo"}).encode()
    return browser.open(address, told, timeout=20).geturl()


def test_a_new_clone_starts_and_lets_the_demo_manager_in(stopped, record_property):
    began = time.monotonic()
    process = stopped.start()
    cold = stopped.wait(process)
    stopped.wait_until_said("Rapport runs at")
    assert "/accounts/login" not in sign_in(stopped, "manager@demo.test")
    signed_in = time.monotonic() - began
    record_property("cold", cold)
    assert f"http://127.0.0.1:{stopped.port}" in stopped.said()
    assert "manager@demo.test" in stopped.said()
    assert cold < COLD_LIMIT * SLACK
    assert signed_in < LOGIN_LIMIT * SLACK


def test_it_listens_on_this_machine_only(installed):
    process = installed.start()
    installed.wait(process)
    wanted = f"{installed.port:04X}"
    table = Path("/proc/net/tcp").read_text().splitlines()
    listening = [line.split()[1] for line in table if line.split()[3] == "0A"]
    assert [address for address in listening if address.endswith(f":{wanted}")] == [f"0100007F:{wanted}"]


def test_an_existing_installation_starts_quickly(installed):
    process = installed.start()
    installed.wait(process)
    installed.wait_until_said("Rapport runs at")
    assert installed.type("stop").returncode == 0
    assert process.wait(20) == 0
    assert installed.wait(installed.start()) < WARM_LIMIT * SLACK
    assert "Preparing" not in installed.said()


def test_a_second_up_says_that_it_runs(installed):
    installed.wait(installed.start())
    again = installed.type("up", "--port", str(installed.port))
    assert again.returncode == 0
    assert again.stdout.strip() == f"Rapport already runs at http://127.0.0.1:{installed.port}"


def test_it_starts_again_after_kill_9_of_everything(installed):
    process = installed.start()
    installed.wait(process)
    installed.wait_until_said("Rapport runs at")
    installed.kill_everything()
    process.wait(10)
    installed.wait(installed.start())
    installed.wait_until_said("Rapport runs at")
    assert "/accounts/login" not in sign_in(installed, "admin@demo.test")


def test_it_starts_again_after_kill_9_of_the_supervisor_alone(installed):
    process = installed.start()
    installed.wait(process)
    installed.wait_until_said("Rapport runs at")
    os.kill(installed.pids()[0], signal.SIGKILL)
    process.wait(10)
    installed.start()
    installed.wait_until_said("Rapport runs at")
    assert installed.get("/readyz") == 200


def test_what_dies_is_started_again(installed):
    installed.wait(installed.start())
    installed.wait_until_said("Rapport runs at")
    for victim in installed.pids()[1:]:
        os.kill(victim, signal.SIGKILL)
    deadline = time.monotonic() + 60
    while installed.get("/readyz") != 200 or set(installed.pids()[1:3]) & {0}:
        assert time.monotonic() < deadline, installed.said()
        time.sleep(0.2)
    assert "The web process ended" in installed.said()


def test_ctrl_c_ends_everything(installed):
    process = installed.start()
    installed.wait(process)
    installed.wait_until_said("Rapport runs at")
    pids = installed.pids()
    process.send_signal(signal.SIGINT)
    assert process.wait(20) == 0
    deadline = time.monotonic() + 5
    while any(is_alive(pid) for pid in pids):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert "Traceback" not in installed.said()


def test_stop_with_nothing_running_says_so(stopped):
    done = stopped.type("stop")
    assert (done.returncode, done.stdout.strip()) == (0, "Nothing was running.")


def test_commands_work_from_any_folder(installed):
    asked = installed.type("psql", "-At", "-c", "SELECT 1", cwd=str(installed.home))
    assert asked.stdout.strip() == "1", asked.stderr
    status = installed.type("status", cwd=str(installed.home))
    assert status.returncode == 0, status.stderr
    assert "Rapport does not run" in status.stdout
    assert "Last backup:" in status.stdout


def test_nothing_is_written_outside_the_two_folders(installed):
    installed.wait(installed.start())
    installed.wait_until_said("Rapport runs at")
    strays = [
        path for path in installed.tree.rglob("__pycache__") if ".venv" not in path.parts and ".data" not in path.parts
    ]
    assert strays == []
    assert {path.name for path in installed.home.iterdir()} <= {".cache"}
