"""Asks for each precondition of a run on its own, and puts the verdicts together.

What is wrong with one thing keeps from being looked at only what can't be asked without it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress

from bridge.delivery import find_witness, key_field_of
from bridge.doctor import access, allowance, clock, configuration, ledger, login, mapping, versions
from bridge.doctor.verdict import Verdict, good, unchecked, wrong
from bridge.errors import BridgeError, Exit
from bridge.gotallo import DOCUMENTED
from bridge.ledger import look as look_at_ledger
from bridge.model import Window, Witness
from bridge.planning import MessageMapping, built_in_mapping, read_mapping, untaken
from bridge.report.doctor import CheckPart, DoctorDocument, ExaminedOrgPart, Family, Mark
from bridge.report.interchange import held_by_utf8
from bridge.salesforce import Org, OrgIdentity
from bridge.settings import FILE, Layer, Layered, Settings
from bridge.use_cases import limits_of, open_gotallo, open_org, refuse_unwritable, view_now

Clock = Callable[[], dt.datetime]
Checks = Iterator[tuple[Family, Verdict]]

_FOR_BOTH = ("bridge_ca_bundle", "bridge_proxy")
_FOR_GOTALLO = ("gotallo_base_url", "gotallo_tenant_id", "gotallo_api_token", *_FOR_BOTH)
_FOR_ORG = (
    "sf_access_token",
    "sf_org_instance_url",
    "sf_target_org",
    "sf_login_url",
    "sf_client_id",
    "sf_client_secret",
    "sf_username",
    "sf_jwt_key_file",
    *_FOR_BOTH,
)


def examine(layered: Layered, now: Clock) -> DoctorDocument:
    """Look at everything that a run needs. Nothing is written anywhere.

    Args:
        layered: the settings, whatever is wrong with them.
        now: the clock of this machine.
    """
    found: list[tuple[Family, Verdict]] = []
    found += [(Family.SETTINGS, verdict) for verdict in configuration.judge(layered)]
    found += _of_gotallo(layered, now)
    of_org = _OfOrg(layered, now)
    found += of_org.checks()
    found += _of_ledger(layered)
    told = versions.ask()
    found.append((Family.VERSIONS, versions.judge(told)))
    code = exit_of(verdict for _, verdict in found)
    return DoctorDocument(
        sound=code is Exit.OK,
        exit_code=code,
        profile=layered.profile,
        settings_file=str(layered.file) if layered.file else None,
        settings=tuple(configuration.listed(layered)),
        org=_org_part(of_org.identity) if of_org.identity else None,
        checks=tuple(_check(family, one) for family in Family for of, one in found if of is family),
        versions=dict(told),
    )


def exit_of(verdicts: Iterable[Verdict]) -> Exit:
    """What a run would end with: it reads its settings before it asks anybody."""
    codes = {verdict.exit_code for verdict in verdicts if verdict.mark is Mark.WRONG}
    first = (Exit.USAGE, Exit.REMOTE, *Exit)
    return next((code for code in first if code in codes), Exit.OK)


def _of_gotallo(layered: Layered, now: Clock) -> Checks:
    unusable = _unusable(layered, _FOR_GOTALLO)
    if FILE in layered.problems and layered.layers["gotallo_base_url"] is Layer.DEFAULT:
        # The file may name another address: what the token is for is not known.
        unusable = FILE
    if unusable:
        yield Family.GOTALLO, unchecked(f"GoTallo was not asked: {unusable} is not usable")
        return
    settings = layered.settings
    try:
        gotallo = open_gotallo(settings.gotallo(), settings)
        with gotallo:
            told = gotallo.told_time(_a_moment(now()))
    except BridgeError as error:
        yield Family.GOTALLO, wrong(error)
        return
    says = f"{settings.gotallo_base_url} answers, the token is good for this tenant"
    yield Family.GOTALLO, good(says)
    yield Family.CLOCK, clock.judge(now(), told, "GoTallo")


def _of_ledger(layered: Layered) -> Checks:
    try:
        look = look_at_ledger(layered.settings.bridge_ledger)
    except BridgeError as error:
        yield Family.LEDGER, wrong(error)
        return
    for verdict in ledger.judge(look):
        yield Family.LEDGER, verdict


class _OfOrg:
    """The checks that take an org, and who we turn out to be there."""

    def __init__(self, layered: Layered, now: Clock) -> None:
        self.identity: OrgIdentity | None = None
        self._layered = layered
        self._now = now

    def checks(self) -> Checks:
        rules = _mapping_of(self._layered)
        if isinstance(rules, Verdict):
            yield Family.MAPPING, rules
        else:
            yield Family.MAPPING, good(f"{rules.name} can be read")
        unusable = _unusable(self._layered, _FOR_ORG)
        if unusable:
            yield Family.ORG, unchecked(f"the org was not asked: {unusable} is not usable")
            yield from _not_asked()
            return
        try:
            with open_org(self._layered.settings) as org:
                yield from _of_key_file(self._layered.settings)
                yield from self._of(org, rules)
        except BridgeError as error:
            yield Family.ORG, wrong(error)
            if self.identity is None:
                yield from _not_asked()

    def _of(self, org: Org, rules: MessageMapping | Verdict) -> Checks:
        identity = self.identity = org.identity()
        yield Family.CLOCK, clock.judge(self._now(), org.told_time, "Salesforce")
        kind = "a sandbox" if identity.sandbox else "a PRODUCTION org"
        yield Family.ORG, good(f"{identity.name} ({identity.org_id}), {kind}")
        yield Family.ORG, good(f"we are {identity.username}, at {identity.instance_url}")
        named = login.of_profile(self._layered.profile, sandbox=identity.sandbox)
        if named is not None:
            yield Family.ORG, named
        if isinstance(rules, Verdict):
            yield (
                Family.ACCESS,
                unchecked("which object and fields count is for the mapping to say"),
            )
        else:
            yield from _of_object(self._layered.settings, org, rules, identity)
        usage = org.daily_api()
        limits = limits_of(self._layered.settings)
        reserve = limits.kept_back(usage.limit) if usage else 0
        yield Family.ALLOWANCE, allowance.judge(usage, reserve)


def _of_key_file(settings: Settings) -> Checks:
    path = settings.sf_jwt_key_file
    if path is None:
        return
    with suppress(OSError):  # one that is not read, since another way in comes first
        found = login.of_key_file(path, path.stat().st_mode)
        if found is not None:
            yield Family.ORG, found


def _not_asked() -> Checks:
    yield Family.MAPPING, unchecked("whether the mapping fits the org takes an org that answers")
    yield Family.ACCESS, unchecked("object, fields and key take an org that answers")
    yield Family.ALLOWANCE, unchecked("how many API requests are left takes an org that answers")


def _of_object(
    settings: Settings, org: Org, rules: MessageMapping, identity: OrgIdentity
) -> Checks:
    try:
        schema = org.schema(rules.object)
    except BridgeError as error:
        yield Family.ACCESS, wrong(error)
        return
    try:
        refuse_unwritable(schema, identity)
    except BridgeError as error:
        yield Family.ACCESS, wrong(error)
    else:
        yield Family.ACCESS, good(f"{identity.username} may create {schema.name}")
    for verdict in access.of_fields(schema, rules.filled_fields(), identity.username):
        yield Family.ACCESS, verdict
    for verdict in access.of_message(untaken(rules, schema, DOCUMENTED), schema):
        yield Family.ACCESS, verdict
    for verdict in mapping.of_fields(rules, schema):
        yield Family.MAPPING, verdict
    witness: Witness | None = None
    try:
        witness = find_witness(rules, org)
    except BridgeError as error:
        yield Family.MAPPING, wrong(error)
    else:
        if witness is not None:
            yield Family.MAPPING, good(f"witness: {witness.object}.{witness.field} can be asked")
    try:
        key = key_field_of(schema, rules.key)
        yield Family.ACCESS, access.of_key(schema, key)
        view = view_now(settings, org, schema, key, witness, identity)
        yield Family.ACCESS, access.of_view(view, schema.name)
    except BridgeError as error:
        yield Family.ACCESS, wrong(error)
    try:
        made = org.schemas_seen(rules.downstream)
    except BridgeError as error:
        yield Family.MAPPING, wrong(error)
        return
    for verdict in mapping.of_downstream(rules, schema, made):
        yield Family.MAPPING, verdict


def _mapping_of(layered: Layered) -> MessageMapping | Verdict:
    if "bridge_mapping" in layered.problems:
        return unchecked("the mapping was not read: bridge_mapping is not usable")
    try:
        return read_mapping(layered.settings.bridge_mapping or built_in_mapping())
    except BridgeError as error:
        return wrong(error)


def _unusable(layered: Layered, names: Iterable[str]) -> str:
    """The first of these settings that is not usable; empty where all are."""
    return next((name.upper() for name in names if name in layered.problems), "")


def _a_moment(now: dt.datetime) -> Window:
    """A window as short as there is: what counts is that GoTallo answers."""
    return Window(now - dt.timedelta(seconds=1), now, "UTC")


def _check(family: Family, verdict: Verdict) -> CheckPart:
    return CheckPart(
        family=family,
        mark=verdict.mark,
        says=held_by_utf8(verdict.says),
        mend=held_by_utf8(verdict.mend) or None,
    )


def _org_part(identity: OrgIdentity) -> ExaminedOrgPart:
    return ExaminedOrgPart(
        id=identity.org_id,
        name=held_by_utf8(identity.name),
        sandbox=identity.sandbox,
        username=held_by_utf8(identity.username),
        instance_url=identity.instance_url,
    )
