"""`sayso instrument`: what is printed, where, and with which exit code."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from sayso.cli import main
from sayso.formats.instrument_json import load, pretty
from support.instruments import SHIPPED, choice, corpus, small_form

C30 = SHIPPED / "packs" / "eortc-qlq-c30" / "3.0"
ANXIETY = SHIPPED / "demo-anxiety" / "1.0.0"
FHIR = {
    "resourceType": "Questionnaire",
    "title": "Two questions",
    "item": [
        {"linkId": "a", "type": "boolean", "text": "A?"},
        {"linkId": "b", "type": "attachment", "text": "B?"},
    ],
}


class Ran(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture
def sayso(capsys: pytest.CaptureFixture[str]) -> Any:
    def run(*arguments: object) -> Ran:
        with pytest.raises(SystemExit) as caught:
            main.main(["instrument", *map(str, arguments)])
        shown = capsys.readouterr()
        assert "Traceback" not in shown.err
        assert isinstance(caught.value.code, int)
        return Ran(caught.value.code, shown.out, shown.err)

    return run


def written(folder: Path, name: str, content: object) -> Path:
    file = folder / name
    file.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    return file


@pytest.mark.parametrize("verb", ["", "check", "score", "import", "export", "adopt"])
def test_every_verb_has_help_with_an_example(sayso: Any, verb: str) -> None:
    ran = sayso(*([verb] if verb else []), "--help")
    assert ran.code == 0
    assert "Example: sayso instrument" in " ".join(ran.out.split())


class TestCheck:
    def test_a_sound_instrument(self, sayso: Any) -> None:
        ran = sayso("check", ANXIETY)
        assert (ran.code, ran.err) == (0, "")
        assert ran.out.startswith("demo-anxiety 1.0.0: 10 questions, 5 scores, 14 worked examples")

    def test_its_facts_as_json(self, sayso: Any) -> None:
        facts = json.loads(sayso("check", ANXIETY, "--json").out)
        assert facts["sha256"] == load(ANXIETY).sha256
        assert (facts["questions"], facts["vector_faults"]) == (10, [])

    def test_all_faults_are_named_at_once(self, sayso: Any, tmp_path: Path) -> None:
        wrong = {**small_form(choice("q"), choice("q")), "status": "new", "colour": "red"}
        ran = sayso("check", written(tmp_path, "instrument.json", wrong).parent)
        assert (ran.code, ran.out) == (1, "")
        for key in ("status", "colour", "q: is the id of two items"):
            assert key in ran.err

    def test_an_instrument_whose_examples_fail(self, sayso: Any, tmp_path: Path) -> None:
        scores = [{"id": "s", "of": ["q"]}]
        written(tmp_path, "instrument.json", small_form(choice("q"), scores=scores))
        written(tmp_path, "vectors.csv", "q,score.s\n1,2\n")
        ran = sayso("check", tmp_path)
        assert ran.code == 1
        assert "row 1: s is 1, not 2" in ran.err

    def test_an_instrument_without_examples(self, sayso: Any, tmp_path: Path) -> None:
        written(tmp_path, "instrument.json", small_form(choice("q")))
        assert "vectors.csv: is missing" in sayso("check", tmp_path).err

    def test_a_folder_that_is_not_there(self, sayso: Any, tmp_path: Path) -> None:
        assert sayso("check", tmp_path / "nowhere").code == 2

    def test_a_folder_without_an_instrument(self, sayso: Any, tmp_path: Path) -> None:
        ran = sayso("check", tmp_path)
        assert ran.code == 1
        assert "cannot be read" in ran.err


class TestScore:
    def test_passed_through_columns_come_first(self, sayso: Any, tmp_path: Path) -> None:
        file = written(tmp_path, "a.csv", "case,q1,kind,q2,q3,q4,q5\n7,1,x,2,,1,\n8,,y,,,,\n")
        ran = sayso("score", C30, file)
        rows = list(csv.reader(io.StringIO(ran.out)))
        assert rows[0][:4] == ["case", "kind", "QL", "PF"]
        assert rows[1][:4] == ["7", "x", "", "88.888889"]
        assert rows[2] == ["8", "y", *[""] * 16]
        assert ran.code == 0
        assert "No column for q6" in ran.err

    def test_the_corpus_column_by_column(self, sayso: Any) -> None:
        ran = sayso("score", C30, corpus("scoring-vectors") / "eortc-qlq-c30.csv")
        rows = list(csv.DictReader(io.StringIO(ran.out)))
        assert len(rows) == 243
        for row in rows:
            for name in ("QL", "PF", "FA", "C30SUMMARY"):
                expected, found = row[f"score.{name}"], row[name]
                assert (expected == "") is (found == "")
                if expected:
                    assert float(found) == pytest.approx(float(expected), abs=0.001)

    def test_as_json(self, sayso: Any, tmp_path: Path) -> None:
        file = written(tmp_path, "a.csv", "case,q29,q30\n1,7,7\n")
        facts = json.loads(sayso("score", C30, file, "--json").out)
        assert facts["instrument"] == "eortc-qlq-c30"
        assert facts["rows"][0]["case"] == "1"
        assert (facts["rows"][0]["scores"]["QL"], facts["rows"][0]["scores"]["PF"]) == (100, None)

    def test_a_code_outside_the_list_ends_it_with_the_row(self, sayso: Any, tmp_path: Path) -> None:
        file = written(tmp_path, "a.csv", "q1,q2\n1,1\n5,1\n")
        ran = sayso("score", C30, file)
        assert (ran.code, ran.out) == (1, "")
        assert "row 2 (line 3), q1: '5' is not one of the codes 1, 2, 3, 4" in ran.err

    @pytest.mark.parametrize("content", ["", "a,b\n1,2\n", "q1\n\x00\n"])
    def test_what_is_no_table_of_answers(self, sayso: Any, tmp_path: Path, content: str) -> None:
        assert sayso("score", C30, written(tmp_path, "a.csv", content)).code == 1

    def test_a_table_in_another_encoding(self, sayso: Any, tmp_path: Path) -> None:
        file = tmp_path / "a.csv"
        file.write_bytes("q1\n1\n".encode("utf-16"))
        ran = sayso("score", C30, file)
        assert (ran.code, "is not UTF-8 text" in ran.err) == (1, True)

    def test_an_absent_table_is_wrong_use(self, sayso: Any, tmp_path: Path) -> None:
        assert sayso("score", C30, tmp_path / "none.csv").code == 2


class TestImport:
    def test_three_lists(self, sayso: Any, tmp_path: Path) -> None:
        ran = sayso("import", written(tmp_path, "two.json", FHIR), "--json")
        facts = json.loads(ran.out)
        assert ran.code == 0
        assert set(facts) == {"format", "title", "items", "taken", "changed", "refused", "sha256"}
        assert (facts["format"], facts["title"], facts["items"]) == ("fhir", "Two questions", 1)
        assert facts["taken"] == [{"id": "a", "from": "a", "type": "boolean"}]
        assert facts["refused"] == [{"from": "b", "why": "asks for a file"}]

    def test_nothing_is_written_without_being_told(self, sayso: Any, tmp_path: Path) -> None:
        sayso("import", written(tmp_path, "two.json", FHIR))
        assert [one.name for one in tmp_path.iterdir()] == ["two.json"]

    def test_what_is_written_is_an_instrument(self, sayso: Any, tmp_path: Path) -> None:
        file = written(tmp_path, "two.json", FHIR)
        assert sayso("import", file, "--write", tmp_path / "new" / "1").code == 0
        assert load(tmp_path / "new" / "1").title == "Two questions"

    def test_a_version_is_never_overwritten(self, sayso: Any, tmp_path: Path) -> None:
        file = written(tmp_path, "two.json", FHIR)
        sayso("import", file, "--write", tmp_path / "new")
        before = (tmp_path / "new" / "instrument.json").read_text("utf-8")
        ran = sayso("import", file, "--write", tmp_path / "new")
        assert ran.code == 1
        assert "never overwritten" in ran.err
        assert (tmp_path / "new" / "instrument.json").read_text("utf-8") == before

    def test_a_refused_file_says_why(self, sayso: Any, tmp_path: Path) -> None:
        refused = {**FHIR, "item": FHIR["item"][1:]}
        ran = sayso("import", written(tmp_path, "x.json", refused), "--json")
        facts = json.loads(ran.out)
        assert ran.code == 1
        assert facts["items"] == 0
        assert facts["why"] == (
            "holds no question that can be taken; the first reason: asks for a file"
        )
        assert "x.json holds no question" in ran.err

    def test_a_file_that_is_not_there(self, sayso: Any, tmp_path: Path) -> None:
        assert sayso("import", tmp_path / "none.json").code == 2

    def test_a_folder_is_no_file(self, sayso: Any, tmp_path: Path) -> None:
        assert sayso("import", tmp_path).code == 2

    def test_for_people(self, sayso: Any, tmp_path: Path) -> None:
        ran = sayso("import", written(tmp_path, "two.json", FHIR))
        assert ran.out.splitlines() == [
            "Two questions (fhir), 1 items taken",
            "  refused  b: asks for a file",
        ]


class TestExport:
    def test_to_fhir_by_name(self, sayso: Any) -> None:
        ran = sayso("export", "demo-anxiety@1.0.0", "--to", "fhir")
        assert ran.code == 0
        assert json.loads(ran.out)["resourceType"] == "Questionnaire"

    def test_to_redcap_by_folder(self, sayso: Any) -> None:
        ran = sayso("export", ANXIETY, "--to", "redcap")
        assert ran.out.startswith("Variable / Field Name,Form Name")

    def test_a_pack_by_name(self, sayso: Any) -> None:
        assert sayso("export", "phq-9@1.0", "--to", "fhir").code == 0

    @pytest.mark.parametrize(
        ("name", "said"),
        [
            ("demo-anxiety", "Say which version, such as demo-anxiety@1.0.0"),
            ("demo-anxiety@9", "There is no instrument demo-anxiety@9"),
            ("nobody@1", "There is no instrument nobody@1"),
            ("@1", "There is no instrument @1"),
        ],
    )
    def test_a_name_that_is_not_there(self, sayso: Any, name: str, said: str) -> None:
        ran = sayso("export", name, "--to", "fhir")
        assert ran.code == 2
        assert said in ran.err

    def test_another_format(self, sayso: Any) -> None:
        assert sayso("export", ANXIETY, "--to", "odm").code == 2


class TestAdopt:
    pack = SHIPPED / "packs" / "phq-9" / "1.0"

    def own_file(self, folder: Path, items: int = 9) -> Path:
        options = [{"valueInteger": n} for n in range(4)]
        record = {**FHIR, "item": []}
        record["item"] = [
            {"linkId": f"q{n}", "type": "choice", "text": f"Question {n}", "answerOption": options}
            for n in range(1, items + 1)
        ]
        return written(folder, "own.json", record)

    def test_the_match_is_shown_and_nothing_written(self, sayso: Any, tmp_path: Path) -> None:
        ran = sayso("adopt", self.pack, self.own_file(tmp_path))
        assert ran.code == 0
        assert "  q1 <- q1 (by id, codes by code: 0=0, 1=1, 2=2, 3=3): Question 1" in ran.out
        assert "9 matched, 243 worked examples run" in ran.out
        assert [one.name for one in tmp_path.iterdir()] == ["own.json"]

    def test_what_is_written_passes_the_check(self, sayso: Any, tmp_path: Path) -> None:
        site = tmp_path / "site"
        assert sayso("adopt", self.pack, self.own_file(tmp_path), "--write", site).code == 0
        assert sayso("check", site).code == 0
        assert load(site).status == "licensed"

    def test_a_file_that_does_not_fit(self, sayso: Any, tmp_path: Path) -> None:
        ran = sayso("adopt", self.pack, self.own_file(tmp_path, 8), "--json")
        assert ran.code == 1
        assert json.loads(ran.out)["unmatched"] == ["q9"]
        assert "the file has no item for 'q9'" in ran.err

    def test_a_pack_without_examples_proves_nothing(self, sayso: Any, tmp_path: Path) -> None:
        pack = tmp_path / "pack"
        pack.mkdir()
        written(pack, "instrument.json", pretty(small_form(choice("q"))))
        ran = sayso("adopt", pack, self.own_file(tmp_path))
        assert ran.code == 1
        assert "nothing proves its scoring" in ran.err
