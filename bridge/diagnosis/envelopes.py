"""The outermost layer: in which form a channel handed an error on, or several.

    CODE:message:Field1 Field2 --        the Bulk API
    CODE: message                        as GoTallo documents it; whatever follows is the message
    [{"errorCode": …}], {"errors": …}    REST; also within a client's words, printed, or cut
    <faultstring>…, [ApiFault …]         SOAP, and how Java and PHP print it
    System.DmlException: …               Apex; what follows its first code is the message
    … CODE: message …                    any words, with a code in them

A text that begins with a code is read from its ends. In every other the first form that gives an
error counts, and where none does the words themselves are the message.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from bridge.diagnosis import codes
from bridge.diagnosis.answers import errors_in, message_in, without_own_code
from bridge.diagnosis.apex import first_wrapper, peel_dml, split_field_bracket
from bridge.diagnosis.bulk import end_in_line, split_field_slot
from bridge.diagnosis.catalogue import MAY_QUOTE, WRAPPERS
from bridge.diagnosis.clients import errors_in_table, labelled_parts, without_clients_words
from bridge.diagnosis.codes import Standing
from bridge.diagnosis.flows import without_advice
from bridge.diagnosis.layers import Envelope, Found, step
from bridge.diagnosis.literals import Reader, read_json
from bridge.diagnosis.markup import errors_in_xml, first_element, is_page, title_of
from bridge.diagnosis.printed import errors_printed
from bridge.model import Wrapper

_ANSWER_KEY = re.compile(
    r"errorCode|statusCode|exceptionCode|error_description|sf__Error|error_code|status_code"
    r"|error='|[\"']code[\"']|\bcode: '"
)
_JAVAS_KEY: Final = "exceptionCode='"
"""What Java prints has quotes within quotes: no literal of a language (`printed.py`)."""
_OPENING = re.compile(r"[\[{(]")
_DML_EXCEPTION = re.compile(r"(?:System\.)?DmlException: \w{1,20} failed\. First exception on row ")
_NEXT_EXCEPTION = re.compile(r"\n(?=[^\n]{0,400}First exception on row )")
_CODE_AT_THE_END = re.compile(
    rf"\(\s?(?:Status|Error)\s?[Cc]ode\s?[:=]\s?(?P<code>{codes.CODE})\s?\)\Z"
)
_LABEL = re.compile(
    r"\s*(?:\b(?:Error |Status |error |status )?(?:[Cc]ode|Status|status|\w{0,9}Code)\s?[:=]\s?)?"
    r"[(\['\"]?\Z"
)
"""What stands right in front of a code that ends a text: `Error Code: `, `(`."""
_PRINTED_ERROR = re.compile(r"\{ Error: ([^\n]{1,4000})\n\s{1,40}at ")
_PARTS_FOLLOW = re.compile(r"\]?\s*+\{?\s*+\b(?:name|errorCode|fields):|\n")
_NEXT_ROW = re.compile(r"(?P<bulk>:(?:[A-Za-z][\w. ]{0,400} )?--)?(?:\s?[;|]\s?|\s?\n\s{0,8})")
"""Between two errors, the first in the Bulk form or in the plain one."""
_END_OF_BULK = re.compile(r"--(?: ?[\n;|]|\r)")
_END_OF_PLAIN = re.compile(r"[\n;|]")
_LONGEST_CODE: Final = 100
_CATEGORY_LENGTH: Final = 120
_MOST_FURTHER: Final = 20
_CLOSERS = re.compile(r"(?:</?\w{1,10}>|[)\]'\" \-–:])*+")
_QUOTES: Final = ("'", '"', "`")
_MOST_TRIES: Final = 6


def open_envelope(text: str) -> Envelope:
    """Read the outermost layer of a text."""
    head = codes.leading(text)
    if head is not None and not _is_a_clients_category(text, head):
        return _from_head(text, head)
    if text.startswith(("[", "{")):
        value, whole = read_json(text)
        errors = errors_in(value) if whole else []
        if errors and not _is_a_clients_answer(errors):
            return Envelope(tuple(errors), (step(Wrapper.JSON, _kind_of_answer(text)),))
        said = errors[0].message if errors else message_in(value)
        if said:
            inside = open_envelope(said)
            return Envelope(
                inside.errors, (step(Wrapper.JSON, _kind_of_answer(text)), *inside.steps)
            )
    for read in _READERS:
        envelope = read(text)
        if envelope is not None:
            return envelope
    steps = (step(Wrapper.HTML, title_of(text)),) if is_page(text) else ()
    return Envelope((Found(None, text, in_place=False),), steps)


def _is_a_clients_category(text: str, head: Standing) -> bool:
    """Whether an unknown word in a code's place stands in front of a code that is known."""
    if head.code in codes.known():
        return False
    inside = codes.standing(text[head.end : head.end + _CATEGORY_LENGTH])
    return inside is not None and inside.separated


def _is_a_clients_answer(errors: Sequence[Found]) -> bool:
    """Whether a program's own error, of a code that is not Salesforce's, hands an answer on."""
    first = errors[0]
    if first.code is None or first.code in codes.known():
        return False
    passed_on = _answer_in_words(first.message)
    return passed_on is not None and passed_on.errors[0].code in codes.known()


def _from_head(text: str, head: Standing) -> Envelope:
    end = _end_of_first(text, head)
    found, wrapper = _headed(text, head, text[head.end : end], "")
    return Envelope((found, *_further(text[end:])), (step(wrapper, _around(found, wrapper)),))


def _end_of_first(text: str, head: Standing) -> int:
    """Where an error ends that others follow, each on a line of its own or behind a semicolon."""
    bulk_alone = head.code in MAY_QUOTE or text.endswith("--")
    if (_END_OF_BULK if bulk_alone else _END_OF_PLAIN).search(text, head.end) is None:
        return len(text)
    for row in _NEXT_ROW.finditer(text, head.end):
        following = codes.leading(text[row.end() : row.end() + _LONGEST_CODE])
        if following is None or following.code not in codes.known() or not following.separated:
            continue
        if row["bulk"] or not bulk_alone:
            return row.end()
    return len(text)


def _around(found: Found, wrapper: Wrapper) -> str:
    """What a code's form has besides the message."""
    match wrapper:
        case Wrapper.BULK:
            return f"{found.code}: … :{' '.join(found.fields)} --"
        case Wrapper.DML:
            return f"{found.code}, … : [{', '.join(found.fields)}]"
        case _:
            return f"{found.code}: …"


def _headed(text: str, head: Standing, rest: str, before: str) -> tuple[Found, Wrapper]:
    """Read what stands behind a code, as far as `rest` goes."""
    message, fields, bulk = split_field_slot(rest.rstrip("; |\n"))
    if bulk:
        return Found(head.code, message.strip(), fields, in_place=head.separated), Wrapper.BULK
    message = without_own_code(head.code, message.strip())
    if text[head.end - 1] == ",":
        labelled = labelled_parts(message)
        if labelled is not None:
            found = Found(head.code, labelled.message, labelled.fields, None, head.separated)
            return found, Wrapper.PLAIN
        tail = split_field_bracket(message)
        return (
            Found(head.code, tail.message, tail.fields, None, head.separated, tail.labelled),
            Wrapper.DML,
        )
    cleared = without_clients_words(message, before)
    found = Found(head.code, cleared.message, cleared.fields, in_place=head.separated)
    return found, Wrapper.PLAIN


def _kind_of_answer(text: str) -> str:
    return "a list of errors" if text.startswith("[") else "an answer"


def _answer_in_words(text: str) -> Envelope | None:
    """An answer within words; as it stands, or in a page's or a string's escapes."""
    envelope = _answer_as_it_stands(text)
    if envelope is None and "&quot;" in text:
        envelope = _answer_as_it_stands(html.unescape(text))
    if envelope is None and '\\"' in text:
        envelope = _answer_as_it_stands(text.replace('\\"', '"'))
    return envelope


def _answer_as_it_stands(text: str) -> Envelope | None:
    key = _ANSWER_KEY.search(text)
    if key is None or _JAVAS_KEY in text:
        return None
    reader = Reader(text)
    at, end_of_words = 0, first_element(text)
    for _ in range(_MOST_TRIES):
        opening = _OPENING.search(text, at, end_of_words)
        if opening is None or reader.spent:
            return None
        value, end = reader.read(opening.start())
        errors = errors_in(value)
        if errors:
            if not errors[0].message:
                errors[0] = _with_words(errors[0], text)
            took = step(Wrapper.LITERAL, f"{text[: opening.start()]}…")
            return Envelope(tuple(errors), (took,), reader.cut)
        at = max(end, opening.end()) if end < key.start() else opening.end()
    return None


def _xml_in_words(text: str) -> Envelope | None:
    if "<" not in text and "&lt;" not in text:
        return None
    if "&lt;" in text and "<" not in text:
        text = html.unescape(text)
    errors = errors_in_xml(text)
    return Envelope(tuple(errors), (step(Wrapper.XML, text[:40]),)) if errors else None


def _printed_in_words(text: str) -> Envelope | None:
    errors = errors_printed(text)
    if not errors:
        return None
    return Envelope(tuple(errors), (step(Wrapper.LITERAL, text[: text.find("=")]),))


def _wrapper_at_the_end(text: str) -> Envelope | None:
    """Words that end with the code of what wraps the error in them: `… (StatusCode: CODE)`."""
    found = _CODE_AT_THE_END.search(text, max(0, len(text) - _LONGEST_CODE))
    if found is None or found["code"] not in WRAPPERS:
        return None
    said = text[: found.start()].strip()
    return Envelope((Found(found["code"], said),), (step(Wrapper.PROSE, f"… {found[0]}"),))


def _code_of_words(text: str) -> Standing | None:
    """The code that words are about; a Bulk API's in front of another one wraps it."""
    standing = codes.standing(text)
    if standing is None:
        return codes.standing_oddly(text)
    outer = codes.standing_oddly(text[: standing.start])
    return outer if outer is not None and outer.code in codes.of_bulk() else standing


def _code_in_words(text: str) -> Envelope | None:
    standing = _code_of_words(text)
    if standing is None:
        return None
    wrapper = first_wrapper(text)
    if wrapper is not None and wrapper.start < standing.start:
        return None
    before, behind = text[: standing.start], text[standing.end :]
    if not standing.separated and not behind.strip(")]'\". \n"):
        said = _LABEL.sub("", before).strip()
        return Envelope((Found(standing.code, said),), (step(Wrapper.PROSE, f"… {standing.code}"),))
    end = end_in_line(text, standing.end)
    if end < 0:
        end = _end_of_first(text, standing)
    rest = text[standing.end : end]
    if not standing.separated:
        rest = rest[_CLOSERS.match(rest).end() :]  # type: ignore[union-attr]
    rest, advice = without_advice(_within_quotes(before, rest.strip()))
    found, wrapped = _headed(text, standing, rest, before)
    steps = [step(Wrapper.FLOW if advice else Wrapper.PROSE, f"{before}…{advice}")]
    steps.append(step(wrapped, _around(found, wrapped)))
    return Envelope((found, *_further(text[end:])), tuple(steps))


def _within_quotes(before: str, rest: str) -> str:
    """The text up to the quotation mark that was opened in front of its code."""
    if before.endswith(_QUOTES):
        end = rest.rfind(before[-1])
        if end >= 0 and not rest[end + 1 :].strip("'\")]}.,; \n"):
            return rest[:end]
    return rest


def _with_words(error: Found, text: str) -> Found:
    """An error of which a client printed the message in front of its parts."""
    printed = _PRINTED_ERROR.search(text)
    if printed is not None:
        return error._replace(message=printed[1].strip())
    standing = codes.standing(text)
    if standing is None or standing.code != error.code or text[standing.end - 1] != ":":
        return error
    line = _PARTS_FOLLOW.split(text[standing.end :], maxsplit=1)[0]
    return error._replace(message=without_clients_words(line, "").message)


def _table_in_words(text: str) -> Envelope | None:
    errors = errors_in_table(text)
    return Envelope(tuple(errors), (step(Wrapper.LITERAL, "a table"),)) if errors else None


def _rows_of_dml(text: str) -> Envelope | None:
    """Several DML exceptions below each other: a log's, a test run's."""
    first, *more = _NEXT_EXCEPTION.split(text)
    if not more:
        return None
    peeled = peel_dml(first)
    if peeled is None or peeled.inner is None or peeled.inner.code in MAY_QUOTE:
        return None
    return Envelope(tuple(Found(None, part) for part in (first, *more)), ())


def _dml_exception(text: str) -> Envelope | None:
    """A text that begins as Apex tells a DML exception quotes what looks like an answer."""
    if _DML_EXCEPTION.match(text) is None:
        return None
    return Envelope((Found(None, text, in_place=False),), ())


def _further(text: str) -> Iterator[Found]:
    """The errors in what follows an error: further rows, lines or parts."""
    for _ in range(_MOST_FURTHER if text else 0):
        standing = codes.standing(text)
        if standing is None or not standing.separated:
            return
        end = end_in_line(text, standing.end)
        if end < 0:
            end = _end_of_first(text, standing)
        yield _headed(text, standing, text[standing.end : end], "")[0]
        text = text[end:]


_READERS: Final[tuple[Callable[[str], Envelope | None], ...]] = (
    _rows_of_dml,
    _dml_exception,
    _answer_in_words,
    _xml_in_words,
    _printed_in_words,
    _table_in_words,
    _wrapper_at_the_end,
    _code_in_words,
)
