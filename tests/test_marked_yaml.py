"""Templates in JSON are read as those in YAML are, with the line of every value."""

import json

import pytest

from twinstack.errors import InputError
from twinstack.marked_yaml import parse_marked, read_marked
from twinstack.templates import live_template, read_template

TEXT = '{\n\t"Resources": {\n\t\t"Bucket": {"Type":"AWS::S3::Bucket"}\n\t}\n}\n'


def test_json_with_tabs_is_read_with_its_lines(tmp_path):
    file = tmp_path / "stack.template.json"
    file.write_text(TEXT)
    template = read_template(file)
    assert template.resources == {"Bucket": {"Type": "AWS::S3::Bucket"}}
    assert template.where("Resources", "Bucket", "Type") == f"{file}:3"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (r'"\ud83d\ude00"', "\U0001f600"),
        (r'"\\\ud83d\ude00\uD83D\uDE00!"', "\\\U0001f600\U0001f600!"),
        (r'"\\ud83d\\ude00"', r"\ud83d\ude00"),
        (r'"a\/b \u00e9"', "a/b é"),
        ("[1, -2.5, true, null]", [1, -2.5, True, None]),
    ],
)
def test_json_means_what_it_says(written, meant):
    assert json.loads(written) == meant
    assert parse_marked(f'{{"a": {written}}}', "a.json").data == {"a": meant}


def test_json_may_begin_below_the_first_line():
    assert parse_marked('\n  {"a": "\\ud83d\\ude00"}', "a.json").data == {"a": "\U0001f600"}


def test_escapes_are_left_alone_where_the_text_is_not_json():
    assert parse_marked(r"a: '\ud83d\ude00'", "a.yaml").data == {"a": r"\ud83d\ude00"}


def test_a_live_template_may_have_any_character():
    body = {"Description": "ok \U0001f600", "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}
    assert live_template(body, "stack").body == body


def test_broken_json_is_told_with_its_line(tmp_path):
    file = tmp_path / "broken.json"
    file.write_text('{"Resources": {\n  "Bucket": {"Type": "AWS::S3::Bucket"\n}\n')
    with pytest.raises(InputError, match=r"broken\.json:4: not readable as YAML"):
        read_marked(file)


def test_binary_data_is_refused_with_its_line():
    with pytest.raises(InputError, match=r"it\.yaml:2: binary data has no place here"):
        parse_marked("A: b\nC: !!binary aGVsbG8=\n", "it.yaml")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: \x01", ": not readable as YAML: unacceptable character #x0001: control characters are not allowed"),
        ("a: [", ":2: not readable as YAML: did not find expected node content"),
        ("a: *x", ":1: not readable as YAML: found undefined alias"),
        ("--- a\n--- b", ":2: not readable as YAML: but found another document"),
        ("\na: !!int x", ":2: not readable as YAML: invalid literal for int() with base 10: 'x'"),
        ("\na: !!bool perhaps", ":2: not readable as YAML: 'perhaps' is not of the kind bool"),
        ("\na: !!int ''", ":2: not readable as YAML: '' is not of the kind int"),
        ("\n!!x a", ":2: not readable as YAML: could not determine a constructor for the tag 'tag:yaml.org,2002:x'"),
        ("\n? [a]\n: b", ":2: a key must be a plain word, not a list or a mapping"),
        ("a: 1\nb: 2\na: 3", ":3: the key a stands twice; keep one of them"),
    ],
)
def test_what_cannot_be_read_is_said_with_its_line(text, said):
    with pytest.raises(InputError) as error:
        parse_marked(text, "it.yaml")
    assert str(error.value).splitlines()[0] == f"it.yaml{said}"


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("", None),
        ("a:", {"a": None}),
        ("On: yes", {"On": True}),
        ("a: 2012-10-17", {"a": "2012-10-17"}),
        ("a: !!timestamp 2012-10-17", {"a": "2012-10-17"}),
        ("a: !!timestamp x", {"a": "x"}),
        ("a: !!str 7", {"a": "7"}),
        ("<<: a", {"<<": "a"}),
        ("a: 017", {"a": 15}),
        ("1: a", {"1": "a"}),
        ("a: !Ref B", {"a": {"Ref": "B"}}),
        ("a: !Condition B", {"a": {"Condition": "B"}}),
        ("a: !GetAtt B.C.D", {"a": {"Fn::GetAtt": ["B", "C.D"]}}),
        ("a: !GetAtt B", {"a": {"Fn::GetAtt": ["B"]}}),
        ("a: !Sub 7", {"a": {"Fn::Sub": "7"}}),
        ("a: !Select [0, [b]]", {"a": {"Fn::Select": [0, ["b"]]}}),
        ("a: !Transform {Name: N}", {"a": {"Fn::Transform": {"Name": "N"}}}),
    ],
)
def test_what_is_written_means(text, meant):
    assert parse_marked(text, "it.yaml").data == meant


TEXT_WITH_LINES = """\
a:
  b:
    - c
    - {d: e,
       f: g}
"""


@pytest.mark.parametrize(
    ("place", "line"),
    [
        ((), 1),
        (("a",), 1),
        (("a", "b"), 2),
        (("a", "b", 0), 3),
        (("a", "b", 1), 4),
        (("a", "b", 1, "d"), 4),
        (("a", "b", 1, "f"), 5),
        (("a", "b", 1, "missing", "deeper"), 4),
        (("a", "b", 9), 2),
        (("missing",), 1),
    ],
)
def test_a_place_is_said_by_the_nearest_line_that_there_is(place, line):
    assert parse_marked(TEXT_WITH_LINES, "it.yaml").where(*place) == f"it.yaml:{line}"
    assert parse_marked("", "it.yaml").where(*place) == "it.yaml"


def test_what_cannot_be_opened_is_said(tmp_path):
    (tmp_path / "bytes.yaml").write_bytes(b"a: \xff")
    for path, said in (
        (tmp_path / "missing.yaml", "there is no such file"),
        (
            tmp_path / "bytes.yaml",
            "cannot be read: 'utf-8' codec can't decode byte 0xff in position 3: invalid start byte",
        ),
        (tmp_path, f"cannot be read: [Errno 21] Is a directory: '{tmp_path}'"),
    ):
        with pytest.raises(InputError) as error:
            read_marked(path)
        assert str(error.value) == f"{path}: {said}"
