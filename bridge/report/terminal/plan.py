"""The plan: what would be done about each cause, before anything is done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial

from rich.console import Console

from bridge.ledger import RunState
from bridge.model import Decision, HeldReason, Outcome, Risk
from bridge.report.document import (
    CausePart,
    ChangePart,
    ChangeSumPart,
    HeldGroupPart,
    InventedValue,
    RunDocument,
)
from bridge.report.standing_rules import behind_rules, standing_rules
from bridge.report.terminal.page import Page
from bridge.report.terminal.parts import (
    ALARM,
    FAINT,
    HEADING,
    WAITS,
    WARNING,
    CauseColumns,
    disagreements,
    head,
    next_commands,
    resend,
    show_difference,
)
from bridge.report.terminal.result import nothing_fetched
from bridge.report.terminal.visibility import visibility
from bridge.report.terminal.words import (
    bounded,
    counted,
    standing_in_words,
    without_namespace,
)
from bridge.report.text import literal, shortened

_MOST_DIFFERENCES = 3
"""Of one cause."""
_MOST_VALUES = 3
"""Invented ones of one field."""
_MOST_FIELDS = 3
"""Of one fixer, where nothing is lost."""
_HELD_FOR = {
    HeldReason.APPROVAL: "for approval",
    HeldReason.POLICY: "by the mapping",
    HeldReason.SCHEMA: "by the schema",
}
_VALUE_ROOM = 40
"""Cells for an invented value."""


def show_plan(document: RunDocument, console: Console) -> None:
    """Print what a plan would do."""
    page = Page(console)
    head(page, document)
    visibility(page, document)
    _sentence(page, document)
    disagreements(page, document)
    resend(page, document)
    _sent_already(page, document)
    _sent_again(page, document)
    columns = CauseColumns(page, document)
    alike = _alike(document)
    for number, cause in enumerate(document.causes, 1):
        page.blank()
        _cause(page, columns, number, cause, alike, document)
    page.blank()
    _over_all_causes(page, alike, document)
    _in_all(page, document)
    _forecast(page, document)
    _may_heal(page, document)
    _matched_nothing(page, document)


def show_plan_alone(document: RunDocument, console: Console) -> None:
    """Print a plan that is not sent now: what it would do, and the next commands."""
    show_plan(document, console)
    page = Page(console)
    _ending(page, document)
    next_commands(page, document.next)


def _sentence(page: Page, document: RunDocument) -> None:
    counts = document.counts
    behind = behind_rules(document.causes)
    parts = [f"{counts.ready - counts.present:,} ready"]
    if behind.count:
        rules = "rules that refuse" if behind.rules[1:] else "a rule that refuses"
        parts.append(f"{behind.count:,} of them behind {rules} them again")
    parts.append(f"{counts.held:,} held{_held_for(document)}")
    if counts.present:
        parts.append(f"{counts.present:,} in Salesforce already")
    if counts.skipped:
        parts.append(f"{counts.skipped:,} skipped")
    messages = counted(counts.fetched, "failed message")
    causes = counted(len(document.causes), "cause")
    if counts.fetched:
        page.line((f"{messages}, {causes}: {', '.join(parts)}", HEADING), hang=2)
    else:
        page.line((nothing_fetched(document), HEADING))
        if document.state is RunState.PLANNED and counts.expected is None:
            page.line("If the e-mail lists some: look at the day above, and at its zone (--tz).")


def _held_for(document: RunDocument) -> str:
    """What the held ones are held for, where some of them need no more than a word."""
    reasons: Counter[HeldReason] = Counter()
    for group in (group for cause in document.causes for group in cause.held):
        if group.decision is Decision.HELD:
            reasons[group.reason] += group.count
    if not reasons[HeldReason.APPROVAL]:
        return ""
    told: Counter[str] = Counter()
    for reason, count in reasons.items():
        told[_HELD_FOR.get(reason, "for other reasons")] += count
    if len(told) == 1:
        return f" {next(iter(told))}"
    return f" ({', '.join(f'{count:,} {why}' for why, count in told.most_common())})"


def _sent_already(page: Page, document: RunDocument) -> None:
    """What of a plan that was begun is behind us: the rest of the page tells it as it was made."""
    counts = document.counts
    if counts.synced or counts.rejected or counts.in_doubt:
        page.line(
            (f"Part of this plan is sent already: {standing_in_words(counts)}.", WARNING), hang=2
        )


def _sent_again(page: Page, document: RunDocument) -> None:
    """What became of the rows of those that are sent again."""
    for remark in document.remarks if document.resend else ():
        if remark.outcome is Outcome.NOT_SENT:
            page.line((f"{remark.count:,}: {remark.note}", FAINT), indent=4, hang=2)


def _alike(document: RunDocument) -> frozenset[tuple[str, str]]:
    """Field and fixer of what is done to several causes alike and cuts no text: told once."""
    seen = Counter(
        (change.field, change.fixer)
        for cause in document.causes
        for change in cause.changes
        if change.risk is Risk.LOSSY and not change.lost
    )
    return frozenset(pair for pair, causes in seen.items() if causes > 1)


def _cause(
    page: Page,
    columns: CauseColumns,
    number: int,
    cause: CausePart,
    alike: frozenset[tuple[str, str]],
    document: RunDocument,
) -> None:
    indent = columns.body
    columns.head(number, cause)
    named = [cause.code] if cause.code else []
    if cause.fields:
        named.append(f"on {bounded([without_namespace(f, document) for f in cause.fields], 3)}")
    known_by = f"cause {cause.id}"
    page.line(
        (f"{' '.join(named)}{page.separator}{known_by}" if named else known_by, FAINT),
        indent=indent,
        hang=2,
    )
    for finding in cause.findings:
        page.line(f"{without_namespace(finding.says, document)}.", indent=indent, hang=2)
        if finding.link:
            page.command(" " * indent, (finding.link, FAINT))
    for sentence in _treatment(cause):
        page.line(sentence, indent=indent, hang=2)
    left = _MOST_DIFFERENCES
    for change in cause.changes:
        if change.risk is not Risk.LOSSLESS and (change.field, change.fixer) not in alike:
            _risky_change(page, change, document, indent)
            left -= _differences(page, cause, change, left, indent)
    _lossless_of(page, cause, document, indent)
    for group in cause.held:
        if group.reason is HeldReason.APPROVAL:
            _waiting(page, group, cause, document, indent)
        else:
            _held(page, group, document, indent)


def _treatment(cause: CausePart) -> Iterator[str]:
    """What is done with those that are ready."""
    counts = cause.counts
    if counts.not_sent_yet:
        said = _treatment_in_words(cause)
        yield said if counts.not_sent_yet == cause.count else f"{counts.not_sent_yet:,}: {said}"
    if counts.present:
        yield f"{counts.present:,} in Salesforce already: not sent again"


def _treatment_in_words(cause: CausePart) -> str:
    words = "; or ".join(t.treatment for t in cause.treatments if t.ready)
    if standing_rules(cause):
        return f"once that rule is repaired: {words}"
    return words if cause.changes else f"{words}: as they are"


def _risky_change(page: Page, change: ChangeSumPart, document: RunDocument, indent: int) -> None:
    field = without_namespace(change.field, document)
    if change.risk is Risk.INVENTED:
        values = bounded([_value(made_up) for made_up in change.invented], _MOST_VALUES)
        page.line(
            (f"invented {change.count:,}", ALARM),
            f"  {field} by {change.fixer}: {values}",
            indent=indent,
            hang=2,
        )
        return
    why = without_namespace(change.why, document)
    if change.lost:
        said, example = f"{counted(change.lost, 'character')} cut in all", f" (such as: {why})"
    else:
        said, example = why, ""
    page.line(
        (f"lossy {change.count:,}", WARNING),
        f"  {field} by {change.fixer}: {said}",
        (example, FAINT),
        indent=indent,
        hang=2,
    )


def _value(made_up: InventedValue) -> str:
    return f"{shortened(literal(made_up.value), _VALUE_ROOM)} in {made_up.count:,}"


def _differences(
    page: Page, cause: CausePart, change: ChangeSumPart, most: int, indent: int
) -> int:
    """Show differing samples of one change; a value out of nothing was shown with its sum."""
    samples = {
        (literal(made.before), literal(made.after)): made
        for made in _made(cause, change)
        if made.before is not None
    }
    shown = list(samples.values())[:most]
    for made in shown:
        show_difference(page, made.before, made.after, indent)
    return len(shown)


def _made(cause: CausePart, of: ChangeSumPart) -> Iterator[ChangePart]:
    for sample in cause.samples:
        for change in sample.changes:
            if (change.field, change.fixer, change.risk) == (of.field, of.fixer, of.risk):
                yield change


def _lossless_of(page: Page, cause: CausePart, document: RunDocument, indent: int) -> None:
    """The changes of a cause that lose nothing: those of the field it failed for are shown."""
    sums = [change for change in cause.changes if change.risk is Risk.LOSSLESS]
    blamed = {without_namespace(field, document).casefold() for field in cause.fields}
    for change in sums:
        field = without_namespace(change.field, document)
        if field.casefold() in blamed:
            page.line(f"{field} by {change.fixer}", indent=indent, hang=2)
            _differences(page, cause, change, 1, indent)


def _held(page: Page, group: HeldGroupPart, document: RunDocument, indent: int) -> None:
    word = "skipped" if group.decision is Decision.SKIPPED else "held"
    page.line(
        (f"{word} {group.count:,}", WARNING),
        f"  {without_namespace(group.what, document)}",
        indent=indent,
        hang=2,
    )
    page.line(without_namespace(group.advice, document), indent=indent + 2, hang=2)


def _waiting(
    page: Page, group: HeldGroupPart, cause: CausePart, document: RunDocument, indent: int
) -> None:
    """What has to be approved, as what is sent is shown, and the command that lets it go."""
    page.line((f"held {group.count:,}", WARNING), f"  {WAITS}:", indent=indent, hang=2)
    left = _MOST_DIFFERENCES
    for change in cause.waiting:
        if change.risk is Risk.LOSSLESS:
            field = without_namespace(change.field, document)
            said = f"lossless {change.count:,}  {field} by {change.fixer}"
            page.line(said, indent=indent + 2, hang=2)
        else:
            _risky_change(page, change, document, indent + 2)
        left -= _differences(page, cause, change, left, indent + 2)
    words = "; or ".join(one.treatment for one in cause.treatments if one.waiting)
    page.line(f"once approved: {words}", indent=indent + 2, hang=2)
    page.line(without_namespace(group.advice, document), indent=indent + 2, hang=2)


def _over_all_causes(page: Page, alike: frozenset[tuple[str, str]], document: RunDocument) -> None:
    """What each fixer does to messages of most causes; where lossy, an example of each field."""
    told = [
        change
        for cause in document.causes
        for change in cause.changes
        if change.risk is Risk.LOSSLESS or (change.field, change.fixer) in alike
    ]
    if not told:
        return
    page.line("Over all causes")
    for fixer, risk in dict.fromkeys((change.fixer, change.risk) for change in told):
        same = [change for change in told if (change.fixer, change.risk) == (fixer, risk)]
        fields = sorted({without_namespace(change.field, document) for change in same})
        why = f": {without_namespace(same[0].why, document)}" if risk is Risk.LOSSY else ""
        page.line(
            (f"{risk.value} {sum(c.count for c in same):,}", WARNING if why else ""),
            f"  {bounded(fields, _MOST_FIELDS)} by {fixer}{why}",
            indent=2,
            hang=2,
        )
        shown = [
            change for change in map(partial(_example, document), _one_of_each(same)) if change
        ]
        for example in shown[: _MOST_FIELDS if risk is Risk.LOSSY else 1]:
            if fields[1:]:
                page.line((f"{without_namespace(example.field, document)}:", FAINT), indent=4)
            show_difference(page, example.before, example.after, indent=4)
    page.blank()


def _one_of_each(changes: Sequence[ChangeSumPart]) -> Iterator[ChangeSumPart]:
    """The first of each field."""
    seen: set[str] = set()
    for change in changes:
        if change.field not in seen:
            seen.add(change.field)
            yield change


def _example(document: RunDocument, of: ChangeSumPart) -> ChangePart | None:
    return next((made for cause in document.causes for made in _made(cause, of)), None)


def _in_all(page: Page, document: RunDocument) -> None:
    sums = [change for cause in document.causes for change in cause.changes]
    waiting = [change for cause in document.causes for change in cause.waiting]
    if sums:
        _sum(page, "In all", sums)
    elif document.counts.not_sent_yet:
        page.line("In all: no message is changed.")
    if waiting:
        _sum(page, "For approval", waiting)


def _sum(page: Page, what: str, sums: Sequence[ChangeSumPart]) -> None:
    count = {risk: sum(c.count for c in sums if c.risk is risk) for risk in Risk}
    cut = sum(change.lost for change in sums)
    lossy = f"{count[Risk.LOSSY]:,} lossy" + (f" ({counted(cut, 'character')} cut)" if cut else "")
    page.line(
        f"{what}: {counted(count[Risk.LOSSLESS], 'change')} lossless, ",
        (lossy, WARNING if count[Risk.LOSSY] else ""),
        ", ",
        (f"{count[Risk.INVENTED]:,} invented", ALARM if count[Risk.INVENTED] else ""),
        ".",
    )


def _forecast(page: Page, document: RunDocument) -> None:
    forecast = document.forecast
    if forecast is None or not document.counts.not_sent_yet:
        return
    takes = f"Sending takes about {counted(forecast.calls, 'API call')}"
    if forecast.left is None:
        page.line(f"{takes}; the org does not tell how many are left today.", hang=2)
        return
    kept = f", {forecast.reserve:,} of them in reserve" if forecast.reserve else ""
    page.line(f"{takes}; {forecast.left:,} are left today{kept}.", hang=2)
    if not forecast.enough:
        page.line(("So it will stop before its end; bridge apply goes on later.", WARNING))


def _may_heal(page: Page, document: RunDocument) -> None:
    if document.may_heal and document.counts.not_sent_yet:
        page.line(
            "What Salesforce then refuses for a cause that the mapping repairs is repaired so and "
            "sent again, unless --rounds 0 says that exactly what is shown here is sent.",
            hang=2,
        )


def _matched_nothing(page: Page, document: RunDocument) -> None:
    if document.idle_policies and document.counts.fetched:
        first, *others = document.idle_policies
        lines = [first, *(f":{line.rpartition(':')[2]}" for line in others)]
        page.line(
            (f"Lines of the mapping that matched nothing here: {', '.join(lines)}", FAINT), hang=2
        )


def _ending(page: Page, document: RunDocument) -> None:
    calls = f"{counted(document.api_calls, 'API call')} to the org. " if document.api_calls else ""
    if document.state is RunState.PLANNING:
        page.line(f"{calls}The plan was not finished: it can't be sent.")
    elif document.state is RunState.PLANNED:
        page.line(f"{calls}Nothing was sent.")
