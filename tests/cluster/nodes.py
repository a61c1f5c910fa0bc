"""Two nodes of a Ray cluster on loopback, in a process of their own.

It prints the addresses of cluster and dashboard as JSON. Each line that it reads is a command
(``lose``: kill the second node with all that runs on it; ``join``: start another one), answered
with a line. At the end of its input it ends, and the nodes with it.
"""

import json
import os
import sys
import tempfile

from ray.cluster_utils import Cluster

# As small as Ray allows: the memory for objects is taken from /dev/shm.
SMALL = {"object_store_memory": 80 * 2**20, "node_ip_address": "127.0.0.1"}


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="ray-", ignore_cleanup_errors=True) as place:
        # All of its files: one it would else leave in /tmp/ray, for whoever looks for a cluster.
        os.environ["RAY_TMPDIR"] = place
        serve()


def serve() -> None:
    # Any free ports: there may be another cluster on this machine.
    ports = {"dashboard_port": 0, "dashboard_agent_listen_port": 0}
    head = {"num_cpus": 1, "include_dashboard": True} | ports
    cluster = Cluster(initialize_head=True, head_node_args=head | SMALL)

    def join():
        return cluster.add_node(num_cpus=1, num_gpus=1, **SMALL)

    try:
        second = join()
        cluster.wait_for_nodes()
        dashboard = f"http://{cluster.head_node.webui_url}"
        print(json.dumps({"address": cluster.address, "dashboard": dashboard}), flush=True)
        for line in sys.stdin:
            if line.strip() == "lose":
                cluster.remove_node(second, allow_graceful=False)
            else:
                second = join()
            print("done", flush=True)
    finally:
        cluster.shutdown()


if __name__ == "__main__":
    main()
