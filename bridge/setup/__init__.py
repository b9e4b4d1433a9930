"""A first set-up: both sides tried with what a person answers, then the files that say it.

trial     whether the answers lead to GoTallo and to an org
profile   the text of bridge.toml, with a profile more. Pure
writing   files for their owner alone
"""

from __future__ import annotations

from bridge.setup.profile import has_profile, said_beside, with_profile
from bridge.setup.trial import FoundOrg, try_gotallo, try_org
from bridge.setup.writing import write_privately

__all__ = [
    "FoundOrg",
    "has_profile",
    "said_beside",
    "try_gotallo",
    "try_org",
    "with_profile",
    "write_privately",
]
