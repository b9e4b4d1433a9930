from __future__ import annotations

from bridge.model import Difference, Verification
from bridge.report.verification import VerificationDocument, verification_document

from .runs import NOW, TEXT, key, question, twice


def test_the_json_of_a_verification_holds_all_of_it_and_round_trips() -> None:
    document = verification_document(
        Verification(
            question=question(unreadable=2),
            once=31,
            missing=(key(1),),
            deleted=(key(2),),
            repeated=(twice(3),),
            differing=(Difference(key(4), "a03", TEXT, "half \ud83d", None),),
            in_doubt=(key(6),),
            absent=3,
            there_unsent=(key(5),),
            witnessed=(key(7),),
        )
    )
    read = VerificationDocument.model_validate_json(document.model_dump_json())
    assert read == document
    assert not read.proven
    assert (read.once, read.absent) == (31, 3)
    assert (read.missing, read.deleted, read.there_unsent) == ((key(1),), (key(2),), (key(5),))
    assert (read.in_doubt, read.witnessed) == ((key(6),), (key(7),))
    assert (read.repeated[0].ids, read.repeated[0].ours) == (("a01", "a02"), 1)
    rows = [(row.id, row.created_by, row.created_at, row.ours) for row in read.repeated[0].rows]
    assert rows == [("a01", "005us", NOW, True), ("a02", "005them", NOW, False)]
    assert (read.scope, read.run_id, read.runs) == ("run", "7c2e1f", 1)
    assert (read.asked, read.unreadable) == (40, 2)
    assert (read.asked_as, read.asked_at) == ("integration.user@acme.example", NOW)
    assert read.keys[0].field == "Social25__Identifier__c"
    assert (read.differing[0].sent, read.differing[0].found) == ("half \ufffd", None)
