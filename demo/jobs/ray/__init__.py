"""Jobs on the machines of a Ray cluster: one page, and painters on as many devices as there are.

A painter is an actor, a process of its own with a `LocalRunner` on its device. The page's process leases one for each
job, hands on what comes from it, and loads no torch. Every few seconds the painter also sends where its run stands;
when it is lost, another one goes on exactly from there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nst_core.cluster import Cluster

if TYPE_CHECKING:
    from demo.jobs.ray.runner import RayRunner
    from demo.jobs.registry import RunnerOptions


def make_runner(options: RunnerOptions) -> RayRunner:
    """Connect to a cluster, or start one on this machine; raises `ValueError` where that can't be."""
    cluster = Cluster(options.ray_address)
    from demo.jobs.ray.runner import RayRunner  # here: it imports Ray, which the cluster has prepared for

    return RayRunner(cluster, options)
