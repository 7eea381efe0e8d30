"""The embedded PostgreSQL server."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import psycopg
import pytest

from demo.postgres import Cluster

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    cluster = Cluster(tmp_path / "postgres", is_throw_away=True)
    yield cluster
    cluster.remove()


def test_data_survive_a_stop_and_a_start(cluster: Cluster):
    cluster.start()
    with psycopg.connect(cluster.url("postgres")) as connection:
        connection.execute("create table kept as select 42 as answer")
    cluster.stop()
    cluster.start()
    with psycopg.connect(cluster.url("postgres")) as connection:
        assert connection.execute("select answer from kept").fetchone() == (42,)


def test_a_server_keeps_its_port_unless_somebody_took_it(cluster: Cluster):
    cluster.start()
    port = cluster.port
    cluster.stop()
    cluster.start()
    assert cluster.port == port
    cluster.stop()
    with socket.create_server(("127.0.0.1", port)):
        cluster.start()
        assert cluster.port != port


def test_starting_twice_and_stopping_twice_change_nothing(cluster: Cluster):
    cluster.start()
    port = cluster.port
    cluster.start()
    assert cluster.port == port
    cluster.stop()
    cluster.stop()
    assert not cluster.is_running


def test_an_unfinished_initialisation_starts_over(cluster: Cluster):
    (cluster.directory / "data").mkdir(parents=True)
    (cluster.directory / "data" / "postgresql.conf").write_text("half")
    cluster.start()
    assert cluster.is_running


def test_nobody_gets_in_without_the_password(cluster: Cluster):
    cluster.start()
    open_door = f"postgresql://paluu@127.0.0.1:{cluster.port}/postgres"
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(open_door)


def test_two_clusters_run_beside_each_other(cluster: Cluster, tmp_path: Path):
    other = Cluster(tmp_path / "other", is_throw_away=True)
    try:
        cluster.start()
        other.start()
        assert cluster.port != other.port
        assert cluster.is_running
    finally:
        other.remove()
