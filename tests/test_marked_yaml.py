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
