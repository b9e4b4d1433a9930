"""Brings yesterday's failed messages into Salesforce every morning; for Airflow 3.

The worker has `bridge` and `resync.sh` on its PATH and the settings in its environment; the ledger
is on a disk that stays, or in PostgreSQL (BRIDGE_LEDGER), since every run needs the same one.
"""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

ZONE = "Europe/Amsterdam"


def day_before(run_after: dt.datetime) -> str:
    """The day that a run is about, also when it is cleared and run again days later."""
    return (run_after.astimezone(ZoneInfo(ZONE)).date() - dt.timedelta(days=1)).isoformat()


with DAG(
    dag_id="gotallo_bridge",
    description="Bring yesterday's failed messages into Salesforce",
    schedule="30 8 * * *",
    start_date=dt.datetime(2026, 1, 1, tzinfo=ZoneInfo(ZONE)),
    # A day that was missed is named by hand (--date): its messages are a person's to look at.
    catchup=False,
    max_active_runs=1,
    user_defined_macros={"day_before": day_before},
    tags=["gotallo", "salesforce"],
) as dag:
    BashOperator(
        task_id="resync",
        # The space at the end keeps Airflow from taking this for the name of a template.
        bash_command=f"resync.sh --date {{{{ day_before(dag_run.run_after) }}}} --tz {ZONE} ",
        # The script tries again by itself where that helps; every other code is for a person.
        retries=0,
        execution_timeout=dt.timedelta(hours=6),
        append_env=True,
    )
