"""Forms are data: a version of one's own is read, and a faulty one refused in a line that says what to do."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tests.cases.filled import TEMPLATE, VALUES
from workbench.cases.templates import FORMS, FieldType, TemplateError, load_template, load_templates
from workbench.cases.validation import Filled, check

# domain file: the fields of the form of 2015-06-26, in its order
FIELDS = """
    holder_name contact_name contact_address contact_tel contact_fax contact_email contact_url
    doc_type doc_number doc_title option opt1_reciprocity opt1_paid_if_paid opt2_reciprocity
    opt3_numbers opt3_portions opt3_description patents patents_more_pages
    sig_holder sig_person sig_person_title sig_signature sig_place_date
""".split()


def test_the_form_of_2015_has_every_field_in_its_order() -> None:
    assert [field.id for field in TEMPLATE.fields] == FIELDS
    assert [column.id for column in TEMPLATE.columns] == ["no", "status", "country", "number", "title"]
    assert {field.id for field in TEMPLATE.fields if field.optional} == {"contact_url"}
    assert TEMPLATE.field("patents").rows == 10
    for kind, to in {
        "ISO_IEC": ("ISO", "IEC"),
        "COMMON_TWIN": ("ITU_T", "ISO", "IEC"),
        "ISO": ("ISO",),
        "IEC": ("IEC",),
        "ITU_T": ("ITU_T",),
        "ITU_R": ("ITU_R",),
    }.items():
        assert TEMPLATE.recipients_of(kind) == to
    assert TEMPLATE.recipients_of("JIS") == ()


@pytest.mark.shared
def test_every_row_of_the_domain_file_has_its_field(shared: Path) -> None:
    """The table of the fields of the form, as the facts about the policy tell it, is what the template holds."""
    text = (shared / "domain" / "patent-policy.md").read_text(encoding="utf-8")
    table = re.search(r"\| id \| Label.*?\n\|[-| ]+\n(.*?)\n\n", text, re.DOTALL)
    columns = re.search(r"Patent table columns: (.*?)\. ", text)
    assert table is not None
    assert columns is not None
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table[1].splitlines()]
    named = {row[0].strip("`").removesuffix("[]"): row for row in rows}
    assert list(named) == [field.id for field in TEMPLATE.fields]
    assert re.findall(r"`(\w+)` \(|`(country|title)`", columns[1])
    listed = [name for name in re.findall(r"`(\w+)`", columns[1]) if name not in ("granted", "pending")]
    assert listed == [column.id for column in TEMPLATE.columns]
    for field in TEMPLATE.fields:
        needed = named[field.id][3]
        if needed.startswith("always"):
            assert field.on_paper or field.required == "always", field.id
        if needed == "never":
            assert field.required == "never", field.id
        if needed.startswith("option="):
            assert field.required == {"option": (needed.removeprefix("option="),)}, field.id


ONE_FIELD = {"id": "a", "section": "holder", "type": "text", "required": "never", "en": "A", "ja": "A"}


def _folder(path: Path, change: dict[str, object], name: str = "2031-01-01") -> Path:
    content = yaml.safe_load((FORMS / "2015-06-26.yaml").read_text(encoding="utf-8"))
    (path / f"{name}.yaml").write_text(yaml.safe_dump({**content, "version": name, **change}), encoding="utf-8")
    return path


def test_a_changed_form_is_a_new_file(tmp_path: Path) -> None:
    content = yaml.safe_load((FORMS / "2015-06-26.yaml").read_text(encoding="utf-8"))
    added = {"id": "opt2_term", "section": "declaration", "type": "text", "required": {"option": ["2"]}}
    fields = [*content["fields"], {**added, "only": {"option": ["2"]}, "en": "Term", "ja": "期間"}]
    forms = load_templates(_folder(tmp_path, {"fields": fields}))
    assert list(forms) == ["common 2015-06-26", "common 2031-01-01"]
    assert [fault.field for fault in check(forms["common 2031-01-01"], Filled(VALUES))] == ["opt2_term"]
    assert check(forms["common 2015-06-26"], Filled(VALUES)) == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"recipients": {}}, "there is no recipient"),
        ({"surprise": 1}, "surprise"),
        ({"sections": [{"id": "holder", "en": "Holder", "ja": "権利者"}]}, "there is no section"),
        ({"fields": [ONE_FIELD]}, "field holder_name is missing"),
    ],
)
def test_a_faulty_form_is_refused_in_one_line(tmp_path: Path, change: dict[str, object], words: str) -> None:
    with pytest.raises(TemplateError, match=words) as caught:
        load_templates(_folder(tmp_path, change))
    assert "2031-01-01.yaml" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_condition_on_what_is_no_choice_is_refused(tmp_path: Path) -> None:
    content = yaml.safe_load((FORMS / "2015-06-26.yaml").read_text(encoding="utf-8"))
    for name, value in (("option", "4"), ("holder_name", "x"), ("nothing", "1")):
        fields = [
            {**each, "only": {name: [value]}} if each["id"] == "doc_title" else each for each in content["fields"]
        ]
        with pytest.raises(TemplateError, match=f"doc_title: {name} is no choice"):
            load_templates(_folder(tmp_path, {"fields": fields}))


def test_the_file_is_named_by_its_version_and_bounded(tmp_path: Path) -> None:
    path = _folder(tmp_path, {}) / "2031-01-01.yaml"
    renamed = path.rename(tmp_path / "other.yaml")
    with pytest.raises(TemplateError, match=r"name the file 2031-01-01\.yaml"):
        load_template(renamed)
    renamed.write_text("#" * 300_000, encoding="utf-8")
    with pytest.raises(TemplateError, match="larger than"):
        load_template(renamed)
    with pytest.raises(TemplateError, match="no folder"):
        load_templates(tmp_path / "nowhere")


@given(st.binary(max_size=300))
def test_no_bytes_do_more_than_be_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "bytes.yaml"
    path.write_bytes(content)
    with pytest.raises(TemplateError):
        load_template(path)


def test_labels_are_in_both_languages() -> None:
    for field in TEMPLATE.fields:
        assert field.text("ja") == field.ja
        assert field.text("en") == field.en
        assert field.type is not FieldType.CHOICE or all(choice.ja for choice in field.choices)
