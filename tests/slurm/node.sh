#!/usr/bin/env bash
# The first process of a node: node.sh DIR NODE, in mount, UTS and PID namespaces of its own (cluster.py makes them).
# When it is killed the kernel kills the daemon and all tasks of the node, as a crash would.
set -eu
folder=$1 node=$2
mount --make-rprivate /
# Open MPI takes processes of one host name for neighbours that share /dev/shm; those of two nodes must not.
mount -t tmpfs -o size=1g tmpfs /dev/shm
hostname "$node"
mount --bind "$folder/hosts" /etc/hosts
export SLURM_CONF=$folder/slurm.conf
slurmd -D -N "$node" &
daemon=$!
trap 'kill -TERM $daemon' TERM
while kill -0 $daemon 2>/dev/null; do wait $daemon || true; done # also reaps orphans
