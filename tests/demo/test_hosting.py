"""What is there to host the page with names what exists, and fits together; to build the image takes more."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from demo.options.parsing import make_parser, parse
from demo.options.table import DEFAULT_PORT
from demo.visitors import farewell
from demo.visitors.gate import HEALTH
from tests.support.paths import ROOT

HOSTING = ROOT / "demo/hosting"
DOCKERFILE = (HOSTING / "Dockerfile").read_text("utf-8")
LINES = re.sub(r"\\\n", " ", DOCKERFILE).splitlines()
COMPOSE = yaml.safe_load((HOSTING / "compose.yaml").read_text("utf-8"))
# What compose sets where its own environment doesn't, but for switches: by the names of options.
COMPOSED = {
    name.removeprefix("NST_").lower().replace("_", "-"): re.sub(r"^\$\{\w+:?-(.*)\}$", r"\1", value)
    for name, value in COMPOSE["x-page"]["environment"].items()
    if name != "NST_PUBLIC"
}
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
    sent = (HOSTING / "Dockerfile.dockerignore").read_text("utf-8").splitlines()
    assert any(f"!{part}" in sent for part in (path, path.partition("/")[0]))


def test_nothing_that_the_page_imports_is_missing() -> None:
    assert {"app.py", "nst_core", "demo", "examples", "demo/hosting/requirements.lock", "constraints.txt"} <= {
        *copied()
    }


def test_the_image_runs_without_rights_and_writes_into_one_volume() -> None:
    stages = DOCKERFILE.split("\nFROM ")
    (user,) = re.findall(r"^USER (\S+)$", stages[-1], re.MULTILINE)
    assert f"useradd --uid 1000 --no-create-home {user}" in stages[-1]
    (volume,) = re.findall(r"^VOLUME (\S+)$", stages[-1], re.MULTILINE)
    assert all(environment()[name].startswith(volume) for name in CACHES)


def test_the_health_check_asks_what_is_there() -> None:
    (check,) = (line for line in LINES if line.startswith("HEALTHCHECK "))
    assert f"{HEALTH}'" in check
    assert str(DEFAULT_PORT) in check
    assert f"EXPOSE {DEFAULT_PORT}" in LINES


def test_each_option_that_is_set_by_the_environment_is_one() -> None:
    known = {*re.findall(r"NST_\w+", make_parser().format_help()), "NST_CACHE"}
    told = {path.name: {*re.findall(r"NST_[A-Z_]+", path.read_text("utf-8"))} for path in HOSTING.iterdir()}
    assert all(names <= known for names in told.values()), told


@pytest.mark.parametrize(("name", "port"), [("page", 7861), ("page2", 7862)])
def test_compose_builds_this_image_and_lets_it_end(name: str, port: int) -> None:
    page = COMPOSE["services"][name]
    build = {name: (HOSTING / path).resolve() for name, path in page["build"].items() if name == "context"}
    assert build["context"] == ROOT.resolve()
    assert (ROOT / page["build"]["dockerfile"]).is_file()
    (mount,) = page["volumes"]
    volume, place = mount.split(":")
    assert volume in COMPOSE["volumes"]
    assert f"VOLUME {place}" in LINES
    assert page["read_only"] is True
    assert ends_within(page["stop_grace_period"], COMPOSED["drain"])
    assert page["ports"] == [f"127.0.0.1:{port}:{DEFAULT_PORT}"]  # for a proxy on this machine
    assert f"server 127.0.0.1:{port} " in (HOSTING / "nginx.conf").read_text("utf-8")


def test_those_that_compose_starts_are_behind_that_nginx_and_count_together() -> None:
    options = parse([argument for name, value in COMPOSED.items() for argument in (f"--{name}", value) if value])
    assert options.root_path == "/paint"
    assert options.limits_store == "redis://redis:6379/0"
    assert "redis" in COMPOSE["services"]
    assert "location /paint/ {" in (HOSTING / "nginx.conf").read_text("utf-8")


def ends_within(grace: str, drain: str) -> bool:
    return int(grace.removesuffix("s")) > float(drain) + farewell.MOST


def test_the_unit_keeps_everything_in_its_cache_and_lets_the_server_end() -> None:
    text = UNIT.read_text("utf-8")
    (cache,) = re.findall(r"^CacheDirectory=(\S+)$", text, re.MULTILINE)
    assert all(f"Environment={name}=%C/{cache}" in text for name in CACHES)
    (grace,) = re.findall(r"^TimeoutStopSec=(\S+)$", text, re.MULTILINE)
    (drain,) = re.findall(r"^Environment=NST_DRAIN=(\S+)$", text, re.MULTILINE)
    assert ends_within(grace, drain)


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
    assert page["readinessProbe"]["httpGet"] == {"path": HEALTH, "port": DEFAULT_PORT}
    assert service["spec"]["ports"][0]["targetPort"] == page["ports"][0]["containerPort"] == DEFAULT_PORT
