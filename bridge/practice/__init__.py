"""The practice org: GoTallo and a Salesforce org on loopback, to rehearse on and to test against.

It is a house of its own and imports nothing else of `bridge`. It is no Salesforce: it serves what
the bridge calls, and what it leaves out answers as an unknown path does.

    with PracticeServer(Scenario(size=40)) as practice:
        practice.environment             # what a client needs
        practice.org.set_rule_active("No_Links", False)
        practice.faults.add(Fault(Remote.SALESFORCE, LoseAnswer(), Operation.INSERT))
        practice.org.rows_per_key()
"""

from __future__ import annotations

from bridge.practice.env_file import EnvFileError
from bridge.practice.environment import Login
from bridge.practice.faults import (
    CommitLate,
    CutBefore,
    ExhaustQuota,
    ExpireSessions,
    Fault,
    ForeignNext,
    Garbage,
    GatewayGaveUp,
    HalfBody,
    HtmlPage,
    Invisible,
    LoseAnswer,
    Operation,
    Remote,
    RowLocks,
    Shifted,
    StaleReads,
    Status,
    Trickle,
    WrongCount,
)
from bridge.practice.org.schema import Access
from bridge.practice.org.setup import SharingModel
from bridge.practice.scenario import FieldNames, MorningCause, Scenario, TriggerFailure
from bridge.practice.scenario_file import ScenarioError, dump_scenario, load_scenario
from bridge.practice.serve import serve
from bridge.practice.server import PracticeServer

__all__ = [
    "Access",
    "CommitLate",
    "CutBefore",
    "EnvFileError",
    "ExhaustQuota",
    "ExpireSessions",
    "Fault",
    "FieldNames",
    "ForeignNext",
    "Garbage",
    "GatewayGaveUp",
    "HalfBody",
    "HtmlPage",
    "Invisible",
    "Login",
    "LoseAnswer",
    "MorningCause",
    "Operation",
    "PracticeServer",
    "Remote",
    "RowLocks",
    "Scenario",
    "ScenarioError",
    "SharingModel",
    "Shifted",
    "StaleReads",
    "Status",
    "Trickle",
    "TriggerFailure",
    "WrongCount",
    "dump_scenario",
    "load_scenario",
    "serve",
]
