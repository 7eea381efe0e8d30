"""The DAG files as an engineer reads them in the UI."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path

import pytest

DAGS = Path(__file__).parents[3] / "dags"
SHARED = {"schedules.py"}
# Leaf tasks that turn the run red while the night continues.
REPORTS = ["report_refused_fits", "report_broken_marts"]
FILES = sorted(file for file in DAGS.glob("*.py") if file.name not in SHARED)


@pytest.fixture(scope="session")
def dag_bag(tmp_path_factory: pytest.TempPathFactory):
    """All DAGs, parsed by Airflow's own loader with a separate home folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AIRFLOW_HOME", str(tmp_path_factory.mktemp("airflow")))
        patch.setenv("AIRFLOW__CORE__LOAD_EXAMPLES", "False")
        # Only its own test says how quick a file must be; a busy machine may take its time.
        patch.setenv("AIRFLOW__CORE__DAGBAG_IMPORT_TIMEOUT", "900")
        patch.setenv("AIRFLOW__COSMOS__ENABLE_TELEMETRY", "False")
        patch.syspath_prepend(str(DAGS))
        from airflow.dag_processing.dagbag import DagBag

        return DagBag(dag_folder=str(DAGS))


@pytest.fixture(params=FILES, ids=lambda file: file.stem)
def file(request: pytest.FixtureRequest) -> Path:
    return request.param


@pytest.fixture
def dag(dag_bag, file: Path):
    return dag_bag.dags[file.stem]


def minutes_until_runs(dag, count: int) -> list[float]:
    """Minutes past the hour of the next scheduled runs."""
    from airflow.sdk.timezone import parse
    from airflow.timetables.base import DataInterval, TimeRestriction

    always, moments = TimeRestriction(None, None, catchup=True), [parse("2026-03-02T06:00:00Z")]
    for _ in range(count):
        last = DataInterval.exact(moments[-1])
        run = dag.timetable.next_dagrun_info(last_automated_data_interval=last, restriction=always)
        moments.append(run.run_after)
    return [(moment - moments[0]).total_seconds() / 60 for moment in moments[1:]]


def test_every_dag_file_can_be_imported(dag_bag):
    assert dag_bag.import_errors == {}


@pytest.mark.usefixtures("dag_bag")  # which imports what there is to import
def test_all_dag_files_parse_in_two_seconds_of_one_processor():
    from airflow.dag_processing.dagbag import DagBag

    started = time.process_time()
    again = DagBag(dag_folder=str(DAGS))
    assert set(again.dags) == {file.stem for file in FILES}
    assert time.process_time() - started < 2


def test_every_file_holds_one_dag_of_its_own_name(dag_bag, file: Path):
    held = [dag.dag_id for dag in dag_bag.dags.values() if Path(dag.fileloc).name == file.name]
    assert held == [file.stem]


def test_a_dag_file_is_at_most_sixty_lines(file: Path):
    assert len(file.read_text().splitlines()) <= 60


def test_every_dag_explains_itself_in_the_ui(dag):
    assert dag.doc_md.startswith("Every")
    assert "By hand" in dag.doc_md
    assert "Again" in dag.doc_md


def test_every_dag_runs_one_at_a_time_and_never_catches_up(dag):
    assert dag.max_active_runs == 1
    assert dag.catchup is False


def test_every_dag_is_found_by_the_products_tag(dag):
    assert "retention" in dag.tags


def test_every_task_has_a_timeout(dag):
    assert all(task.execution_timeout for task in dag.tasks)


def test_no_sql_and_no_http_in_a_dag_file(file: Path):
    forbidden = ("select ", "insert ", "update ", "http", "psycopg", "cursor")
    code = file.read_text().split('"""', 2)[2].lower()
    assert [word for word in forbidden if word in code] == []


def test_the_nightly_run_shows_every_signal_and_campaign_as_a_task(dag_bag):
    tasks = set(dag_bag.dags["refresh_segments"].task_dict)
    for model in ("purchase_hours", "replenishment", "lifecycle", "customer_signals"):
        assert any(task.startswith(f"signals.{model}") for task in tasks)
    for campaign in ("second_purchase", "winback", "replenishment"):
        assert any(task.startswith(f"decisions.{campaign}") for task in tasks)


def test_each_step_waits_for_the_build_before_it_and_not_for_the_reports_on_it(dag_bag):
    tasks = dag_bag.dags["refresh_segments"].task_dict
    builds = [f"{group}.dbt_producer_watcher" for group in ("purchases", "signals", "decisions")]
    steps = {"open_night", "fit_models", "check_marts", *builds}
    assert tasks["enqueue_messages"].get_flat_relative_ids(upstream=True) == steps


def test_models_are_fitted_on_finished_purchases_and_before_every_signal(dag_bag):
    tasks = dag_bag.dags["refresh_segments"].task_dict
    assert "purchases.dbt_producer_watcher" in tasks["fit_models"].upstream_task_ids
    downstream = tasks["fit_models"].get_flat_relative_ids(upstream=False)
    assert {task for task in tasks if task.startswith("signals.")} <= downstream


@pytest.mark.parametrize("report", REPORTS)
def test_a_failed_check_or_fit_leaves_a_red_task_without_stopping_the_decisions(
    dag_bag, report: str
):
    dag = dag_bag.dags["refresh_segments"]
    assert dag.task_dict[report].downstream_task_ids == {"close_night"}
    # A teardown does not count for the run's state, unless it may fail the run: then it alone does.
    assert dag.task_dict["close_night"].is_teardown
    assert not dag.task_dict["close_night"].on_failure_fail_dagrun


def test_a_night_releases_the_warehouse_when_all_work_on_it_is_done(dag_bag):
    dag = dag_bag.dags["refresh_segments"]
    upstream = dag.task_dict["close_night"].get_flat_relative_ids(upstream=True)
    assert upstream == set(dag.task_dict) - {"close_night"}


def test_mail_is_sent_every_ten_minutes_and_as_soon_as_a_night_has_enqueued(dag_bag):
    dag = dag_bag.dags["send_messages"]
    assert minutes_until_runs(dag, 144) == list(range(10, 24 * 60 + 1, 10))
    (awaited,) = [asset.uri for _, asset in dag.timetable.asset_condition.iter_assets()]
    enqueue = dag_bag.dags["refresh_segments"].task_dict["enqueue_messages"]
    assert [asset.uri for asset in enqueue.outlets] == [awaited]


def test_several_workers_deliver_in_parallel(dag_bag):
    deliver = dag_bag.dags["send_messages"].task_dict["deliver"]
    workers = deliver.op_kwargs_expand_input.value["worker"]
    assert len(set(workers)) == len(workers) >= 2


def test_sendgrid_is_synchronised_four_times_an_hour_and_no_task_waits_for_another(dag_bag):
    dag = dag_bag.dags["sync_sendgrid"]
    assert minutes_until_runs(dag, 96) == list(range(7, 24 * 60, 15))
    steps = {"push_templates", "ensure_webhook", "exchange_suppressions", "reconcile_unknown"}
    assert {task.task_id for task in dag.roots} == set(dag.task_dict) == steps


def test_mail_is_sent_although_an_earlier_task_failed_and_the_run_still_fails(dag_bag):
    dag = dag_bag.dags["send_messages"]
    assert dag.task_dict["deliver"].trigger_rule == "all_done"
    assert dag.task_dict["finish"].trigger_rule == "all_success"
    assert dag.task_dict["finish"].upstream_task_ids == set(dag.task_dict) - {"finish"}
    assert {task.task_id for task in dag.leaves} == {"finish"}


def test_no_gift_card_is_issued_before_the_quarter_was_frozen_checked_and_decided(dag_bag):
    tasks = dag_bag.dags["grant_quarterly_rewards"].task_dict
    before = tasks["issue"].get_flat_relative_ids(upstream=True)
    steps = {"require_closed", "freeze", "grade", "check", "choose", "approve"}
    assert steps | {"grades.dbt_producer_watcher"} <= before
    # A no skips what comes right after the question, and nothing else.
    assert tasks["approve"].downstream_task_ids == {"issue"}
    assert {task.task_id for task in dag_bag.dags["grant_quarterly_rewards"].leaves} == {"close"}


def test_a_person_has_fourteen_days_and_a_timeout_rejects(dag_bag):
    dag = dag_bag.dags["grant_quarterly_rewards"]
    approve = dag.task_dict["approve"]
    assert approve.response_timeout == timedelta(days=14)
    assert approve.defaults == ["Reject"]
    assert dag.dagrun_timeout > approve.response_timeout


def test_a_quarter_is_built_as_of_its_close_beside_the_tables_of_the_night(dag_bag):
    build = dag_bag.dags["grant_quarterly_rewards"].task_dict["grades.dbt_producer_watcher"]
    assert "close_date" in build.env["PALUU_AS_OF"]
    assert build.profile_config.target_name == "rewards"
