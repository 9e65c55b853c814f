"""Verify, dump and restore: the operator's hand on the log, and a backup whose ledger is not the one published."""

import base64
import hashlib
import json
import zipfile

import pytest

from app.core.database import Base
from app.core.errors import Invalid, Refused
from app.core.permissions import system_actor
from app.credentials import jobs
from app.extensions import db
from app.ledger import queries, service
from app.ledger.models import LedgerEntry
from app.operation import auditing, backup
from app.operation.cli import dump_ledger, verify_ledger
from certificates.__main__ import main
from certificates.translog.dump import Line
from certificates.translog.entries import entry_leaf
from tests.conftest import START

HAND = system_actor("test")
ENTRIES = 9
one_engine = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def _fill(site):
    """A ledger, published twice by the sealing process; the newest note."""
    with site.app_context():
        for count in (4, ENTRIES - 4):
            deeds = [service.Deed("test.thing.done", ("thing", n), after={"n": n}, reason="因为") for n in range(count)]
            service.record_all(db.session(), HAND, deeds, now=START)
            db.session.commit()
            jobs.publish_log(START)
        told = queries.checkpoint(db.session())
        db.session.remove()
        return told


def _rewritten(source, target, **changes):
    """A copy of a backup of which some tables went through a hand that also set the manifest right."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        manifest = json.loads(old.read("manifest.json"))
        for name in (name for name in old.namelist() if name != "manifest.json"):
            table, rows = name.removesuffix(".jsonl"), [json.loads(line) for line in old.read(name).splitlines()]
            columns = manifest["tables"][table]["columns"]
            kept = changes.get(table, lambda rows: rows)([dict(zip(columns, row, strict=True)) for row in rows])
            lines = "".join(json.dumps([row[c] for c in columns], ensure_ascii=False) + "\n" for row in kept).encode()
            manifest["tables"][table] |= {"rows": len(kept), "sha256": hashlib.sha256(lines).hexdigest()}
            new.writestr(name, lines)
        new.writestr("manifest.json", json.dumps(manifest))
    return target


def _reworded(rows):
    """Change what entry 3 says, and nothing else."""
    return [row | ({"reason": "nothing happened"} if row["sequence"] == 3 else {}) for row in rows]


def _with_leaf(rows):
    """Change what entry 3 says together with its leaf."""
    changed = []
    for row in _reworded(rows):
        content = {c: row[c] for c in row if c not in {"salt", "leaf"}}
        content["recorded_at"] = row["recorded_at"]["$t"]
        content["before"], content["after"] = (row[c] and row[c]["$j"] for c in ("before", "after"))
        leaf = {"$b": base64.b64encode(entry_leaf(content, bytes.fromhex(row["salt"]))).decode()}
        changed.append(row | ({"leaf": leaf} if row["sequence"] == 3 else {}))
    return changed


def _none(_rows):
    return []


HANDS = {
    "an entry": ({"ledger_entry": _reworded}, "Entry 3 is not as it was written"),
    "an entry with its leaf, without a tree": ({"ledger_entry": _with_leaf, "ledger_node": _none}, "first 4 entries"),
    "the last entry": ({"ledger_entry": lambda rows: rows[:-1]}, f"Entry {ENTRIES} is not"),
    "the last entry and the count": (
        {
            "ledger_entry": lambda rows: rows[:-1],
            "ledger_head": lambda rows: [row | {"size": ENTRIES - 1} for row in rows],
        },
        f"published with {ENTRIES} entries",
    ),
    "the signature": (
        {"ledger_checkpoint": lambda rows: [r | {"note": r["note"].replace("— ", "— x")} for r in rows]},
        "does not carry the log's own signature",
    ),
}


def _text(root):
    return base64.b64encode(root).decode()


def _holds_anything(engine):
    with engine.connect() as connection:
        return any(connection.execute(table.select().limit(1)).first() for table in Base.metadata.sorted_tables)


@one_engine
def test_a_restored_backup_reproduces_the_published_root_and_an_altered_one_is_refused(build_site, tmp_path):
    site, target = (build_site(f"sqlite:///{tmp_path / name}.sqlite") for name in ("a", "b"))
    told = _fill(site)
    settings = site.config["SETTINGS"]
    with site.app_context():
        backup.write_backup(db.engine, tmp_path / "whole.zip", START)
    (tmp_path / "published.txt").write_text(told.note)
    with target.app_context():
        engine = db.engine
        for hand, (changes, words) in HANDS.items():
            altered = _rewritten(tmp_path / "whole.zip", tmp_path / "altered.zip", **changes)
            with pytest.raises(Refused, match=words) as refusal:
                auditing.restore(engine, altered, settings)
            assert refusal.value.code == "backup-altered", hand
            assert not _holds_anything(engine), hand
        cut = _rewritten(tmp_path / "whole.zip", tmp_path / "cut.zip", **_back_to(4))
        with pytest.raises(Refused, match=f"published with {ENTRIES} entries"):
            auditing.restore(engine, cut, settings, [tmp_path / "published.txt"])
        rows, seen = auditing.restore(engine, tmp_path / "whole.zip", settings, [tmp_path / "published.txt"])
        assert (rows["ledger_entry"], seen.size, seen.root, seen.found.fault) == (
            ENTRIES,
            told.size,
            _text(told.root),
            "",
        )
        assert seen.found.signatures
        assert _text(told.root) in seen.words()


def _back_to(size):
    """A backup as it would have been at an earlier checkpoint: sound in itself."""
    return {
        "ledger_entry": lambda rows: [row for row in rows if row["sequence"] <= size],
        "ledger_head": lambda rows: [row | {"size": size} for row in rows],
        "ledger_checkpoint": lambda rows: [row for row in rows if row["size"] <= size],
        "ledger_node": lambda rows: [row for row in rows if (row["place"] + 1) << row["level"] <= size],
    }


@one_engine
def test_an_altered_backup_is_restored_where_that_is_wanted_and_says_so(build_site, tmp_path):
    site, target = (build_site(f"sqlite:///{tmp_path / name}.sqlite") for name in ("a", "b"))
    _fill(site)
    with site.app_context():
        backup.write_backup(db.engine, tmp_path / "whole.zip", START)
    altered = _rewritten(tmp_path / "whole.zip", tmp_path / "altered.zip", ledger_entry=_reworded)
    arguments = ["restore", str(altered), "--json"]
    refused = target.test_cli_runner().invoke(_group(), arguments)
    assert isinstance(refused.exception, Refused)
    done = target.test_cli_runner().invoke(_group(), [*arguments, "--even-if-altered"])
    assert done.exit_code == 1
    told = json.loads(done.output.splitlines()[-1])
    assert (told["rows"]["ledger_entry"], told["ledger"]["broken"]) == (ENTRIES, 3)
    verified = target.test_cli_runner().invoke(verify_ledger, [])
    assert verified.exit_code == 1
    assert "Entry 3 is not as it was written" in verified.output


def _group():
    from app.cli import group

    return group


@one_engine
def test_the_operator_verifies_against_an_old_checkpoint_and_dumps_for_the_auditor(build_site, tmp_path, capsys):
    site = build_site(f"sqlite:///{tmp_path / 'a'}.sqlite")
    told = _fill(site)
    old, dump, key = tmp_path / "old.txt", tmp_path / "dump.jsonl", tmp_path / "key.txt"
    old.write_text(told.note)
    key.write_text(told.key)
    run = site.test_cli_runner()
    found = json.loads(run.invoke(verify_ledger, ["--checkpoint", str(old), "--json"]).output)
    assert found == {
        "sound": ENTRIES, "broken": None, "fault": "", "checkpoints": 3, "signatures": True, "size": ENTRIES,
        "root": _text(told.root),
    }  # fmt: skip
    assert run.invoke(dump_ledger, [str(dump)]).exit_code == 0
    assert main(["audit", str(dump), "--checkpoint", str(old), "--key", str(key)]) == 0
    assert run.invoke(dump_ledger, [str(dump), "--leaves-only"]).exit_code == 0
    assert b"thing" not in dump.read_bytes()
    assert main(["audit", str(dump), "--checkpoint", str(old), "--key", str(key)]) == 0
    assert f"withheld: {ENTRIES}" in capsys.readouterr().out
    old.write_text(told.note.replace("\n9\n", "\n8\n"))
    answer = run.invoke(verify_ledger, ["--checkpoint", str(old)])
    assert isinstance(answer.exception, Invalid)
    assert answer.exception.code == "checkpoint-unusable"


def test_a_line_of_the_dump_holds_everything_that_the_entry_says(session):
    number = service.record(session, HAND, "test.thing.done", ("thing", 1), now=START, reason="因为", unit_id=4)
    line = Line.read(list(service.dump(session))[number - 1].encode())
    columns = {column.name for column in LedgerEntry.__table__.columns} - {"salt", "leaf"}
    assert set(line.entry) == columns
    line.check()
