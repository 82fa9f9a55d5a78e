"""What is there to host the page with names what exists, and fits together; to build the image takes more."""

from __future__ import annotations

import re
import shutil
import subprocess
from fnmatch import fnmatch
from pathlib import Path

import pytest
import yaml

import app
from demo.visitors import farewell
from demo.visitors.gate import HEALTH
from tests.support.paths import ROOT

HOSTING = ROOT / "demo/hosting"
DOCKERFILE = (HOSTING / "Dockerfile").read_text("utf-8")
LINES = re.sub(r"\\\n", " ", DOCKERFILE).splitlines()
UNIT = HOSTING / "neural-style-transfer.service"
CACHES = ("NST_CACHE", "NUMBA_CACHE_DIR", "GRADIO_TEMP_DIR", "XDG_CACHE_HOME", "HOME")


def copied() -> list[str]:
    """What is copied into the image from the repository."""
    lines = (line.split()[1:] for line in LINES if line.startswith("COPY "))
    return [source for first, *rest in lines if not first.startswith("--from") for source in (first, *rest)[:-1]]


def environment() -> dict[str, str]:
    (line,) = (line for line in LINES if line.startswith("ENV "))
    return dict(re.findall(r"(\w+)=(\S+)", line))


@pytest.mark.parametrize("path", copied())
def test_what_is_copied_is_there_and_sent_along(path: str) -> None:
    assert (ROOT / path).exists()
    assert f"!{path}" in (HOSTING / "Dockerfile.dockerignore").read_text("utf-8").splitlines()


def test_nothing_that_the_page_imports_is_missing() -> None:
    assert {"app.py", "nst_core", "demo", "examples", "requirements.txt", "constraints.txt"} <= {*copied()}


def test_the_image_runs_without_rights_and_writes_into_one_volume() -> None:
    stages = DOCKERFILE.split("\nFROM ")
    (user,) = re.findall(r"^USER (\S+)$", stages[-1], re.MULTILINE)
    assert f"useradd --uid 1000 --no-create-home {user}" in stages[-1]
    (volume,) = re.findall(r"^VOLUME (\S+)$", stages[-1], re.MULTILINE)
    assert all(environment()[name].startswith(volume) for name in CACHES)


def test_the_health_check_asks_what_is_there() -> None:
    (check,) = (line for line in LINES if line.startswith("HEALTHCHECK "))
    assert f"{HEALTH}'" in check
    assert str(app.DEFAULT_PORT) in check
    assert f"EXPOSE {app.DEFAULT_PORT}" in LINES


def test_each_option_that_is_set_by_the_environment_is_one(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        app.parse(["--help"])
    known = {*re.findall(r"NST_\w+", capsys.readouterr().out), "NST_CACHE"}
    told = {path.name: {*re.findall(r"NST_[A-Z_]+", path.read_text("utf-8"))} for path in HOSTING.iterdir()}
    assert all(names <= known for names in told.values()), told


def test_compose_builds_this_image_and_lets_it_end() -> None:
    compose = yaml.safe_load((HOSTING / "compose.yaml").read_text("utf-8"))
    page = compose["services"]["page"]
    build = {name: (HOSTING / path).resolve() for name, path in page["build"].items() if name == "context"}
    assert build["context"] == ROOT.resolve()
    assert (ROOT / page["build"]["dockerfile"]).is_file()
    (mount,) = page["volumes"]
    name, place = mount.split(":")
    assert name in compose["volumes"]
    assert f"VOLUME {place}" in LINES
    assert page["read_only"] is True
    assert ends_within(page["stop_grace_period"])
    (published,) = page["ports"]
    assert fnmatch(published, f"127.0.0.1:*:{app.DEFAULT_PORT}")  # for a proxy on this machine


def ends_within(grace: str) -> bool:
    seconds = int(grace.removesuffix("s"))
    return seconds > farewell.MOST


def test_the_unit_keeps_everything_in_its_cache_and_lets_the_server_end() -> None:
    text = UNIT.read_text("utf-8")
    (cache,) = re.findall(r"^CacheDirectory=(\S+)$", text, re.MULTILINE)
    assert all(f"Environment={name}=%C/{cache}" in text for name in CACHES)
    (grace,) = re.findall(r"^TimeoutStopSec=(\S+)$", text, re.MULTILINE)
    assert ends_within(grace)


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd here")
def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    program = Path(shutil.which("true") or "/bin/true")
    unit = tmp_path / UNIT.name
    unit.write_text(re.sub(r"^ExecStart=\S+ ", f"ExecStart={program} ", UNIT.read_text("utf-8"), flags=re.MULTILINE))
    run = subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, text=True)
    assert (run.returncode, run.stderr) == (0, "")


# What KubeRay 1.x knows in a cluster's description: ray-operator/apis/ray/v1/raycluster_types.go.
OF_CLUSTERS = {"rayVersion", "enableInTreeAutoscaling", "autoscalerOptions", "headGroupSpec", "workerGroupSpecs"}
OF_WORKERS = {"groupName", "minReplicas", "replicas", "maxReplicas", "rayStartParams", "template"}


def test_the_cluster_on_kubernetes_fits_the_page_in_front_of_it() -> None:
    cluster, deployment, service = yaml.safe_load_all((HOSTING / "kuberay.yaml").read_text("utf-8"))
    assert set(cluster["spec"]) <= OF_CLUSTERS
    (workers,) = cluster["spec"]["workerGroupSpecs"]
    assert set(workers) == OF_WORKERS
    (worker,) = workers["template"]["spec"]["containers"]
    assert worker["resources"]["limits"]["nvidia.com/gpu"] == "1"
    (page,) = deployment["spec"]["template"]["spec"]["containers"]
    settings = {each["name"]: each["value"] for each in page["env"]}
    assert settings == {"NST_RUNNER": "ray", "NST_RAY_ADDRESS": "auto", "NST_PAINTERS": str(workers["maxReplicas"])}
    assert f"{cluster['metadata']['name']}-head-svc:6379" in page["command"][-1]
    assert page["readinessProbe"]["httpGet"] == {"path": HEALTH, "port": app.DEFAULT_PORT}
    assert service["spec"]["ports"][0]["targetPort"] == page["ports"][0]["containerPort"] == app.DEFAULT_PORT
