"""Wiring that cannot work is refused before any AWS call, each edge named with its line and the way out."""

import pytest

from tests.systems import pair, planner, system
from twinstack.errors import InputError
from twinstack.planning.wiring_checks import _impossible, check_wiring

NEVER = "never gets a value: with this environment's parameters"
NO_VALUES = "no parameter values could produce this output; look at its condition in"
UNKNOWN = (
    "compares a value that only AWS knows (an SSM parameter, the account, a secret, an output not made yet) with a "
    "text; compare it with '' alone, or give the value as a parameter of its own"
)


def refused(**templates):
    with pytest.raises(InputError) as caught:
        check_wiring(planner(system(templates)))
    return str(caught.value)


def stack(role, wiring="{}", parameters="{}", conditions="{}", outputs="{}", properties="{}"):
    return f"""
        Metadata: {{TwinStack: {{Role: {role}, Wiring: {wiring}}}}}
        Parameters: {parameters}
        Conditions: {conditions}
        Resources: {{Thing: {{Type: 'AWS::SNS::Topic', Properties: {properties}}}}}
        Outputs: {outputs}
    """


def test_the_pair_passes_every_check():
    check_wiring(planner(pair()))


@pytest.mark.parametrize(
    ("templates", "said"),
    [
        pytest.param(
            {"a": stack("a", "{X: b.Out}", "{X: {Type: String}}"), "c": stack("c")},
            "generated/a.yaml:2: wire a.X <- b.Out: there is no role b in the environment; it has a, c",
            id="a wire to a role that is not there",
        ),
        pytest.param(
            {"a": stack("a", "{X: b.Out}", "{X: {Type: String}}"), "b": stack("b")},
            ("generated/a.yaml:2: wire a.X <- b.Out: generated/b.yaml has no output Out; add it, or correct the wire"),
            id="a wire to an output that is not there",
        ),
        pytest.param(
            {
                "a": stack("a", "{X: b.Out}", "{X: {Type: String}}", outputs="{Out: {Value: !Ref Thing}}"),
                "b": stack("b", "{Y: a.Out}", "{Y: {Type: String}}", outputs="{Out: {Value: !Ref Thing}}"),
            },
            (
                "generated/a.yaml:2: required wires form a loop: a.X <- b.Out, b.Y <- a.Out"
                "; give one of these parameters `Default: ''`"
            ),
            id="a loop of required wires",
        ),
        pytest.param(
            {
                "a": stack("a", "{X: c.Out}", "{X: {Type: String}}", outputs="{Out: {Value: !Ref Thing}}"),
                "b": stack("b", "{Y: a.Out}", "{Y: {Type: String}}", outputs="{Out: {Value: !Ref Thing}}"),
                "c": stack("c", "{Z: b.Out}", "{Z: {Type: String}}", outputs="{Out: {Value: !Ref Thing}}"),
            },
            (
                "generated/a.yaml:2: required wires form a loop: a.X <- c.Out, c.Z <- b.Out, b.Y <- a.Out"
                "; give one of these parameters `Default: ''`"
            ),
            id="a loop over three stacks",
        ),
        pytest.param(
            {
                "a": stack("a", "{X: b.Out}", "{X: {Type: String}}"),
                "b": stack(
                    "b",
                    parameters="{On: {Type: String, Default: 'no'}}",
                    conditions="{Turned: !Equals [!Ref On, 'yes']}",
                    outputs="{Out: {Condition: Turned, Value: !Ref Thing}}",
                ),
            },
            (
                f"generated/a.yaml:2: a: the required wire X <- b.Out {NEVER} b has no output Out; "
                "change what its condition depends on"
            ),
            id="a required wire that this environment's parameters leave without a value",
        ),
        pytest.param(
            {
                "a": stack("a", "{X: b.Out}", "{X: {Type: String, Default: ''}}"),
                "b": stack(
                    "b",
                    parameters="{On: {Type: String, AllowedValues: ['yes', 'no'], Default: 'no'}}",
                    conditions="{Odd: !Equals [!Ref On, 'maybe']}",
                    outputs="{Out: {Condition: Odd, Value: !Ref Thing}}",
                ),
            },
            (f"generated/a.yaml:2: wire a.X <- b.Out: {NO_VALUES} generated/b.yaml"),
            id="an optional wire whose output no parameter values could produce",
        ),
        pytest.param(
            {
                role: stack(
                    role,
                    f"{{X: {other}.Out}}",
                    "{X: {Type: String, Default: ''}}",
                    "{Has: !Not [!Equals [!Ref X, '']]}",
                    "{Out: {Condition: Has, Value: !Ref Thing}}",
                )
                for role, other in (("a", "b"), ("b", "a"))
            },
            f"generated/a.yaml:2: wire a.X <- b.Out: {NO_VALUES} generated/b.yaml\n"
            f"generated/b.yaml:2: wire b.X <- a.Out: {NO_VALUES} generated/a.yaml",
            id="two optional wires that wait for each other for ever",
        ),
        pytest.param(
            {
                "a": stack(
                    "a",
                    "{X: b.Out}",
                    "{X: {Type: String, Default: ''}}",
                    "{Flip: !Equals [!Ref X, 'one']}",
                    "{Out: {Value: !If [Flip, two, one]}}",
                ),
                "b": stack(
                    "b",
                    "{Y: a.Out}",
                    "{Y: {Type: String, Default: ''}}",
                    "{Empty: !Equals [!Ref Y, '']}",
                    "{Out: {Value: !If [Empty, none, !Ref Y]}}",
                ),
            },
            (
                "the stacks do not settle within 5 passes: "
                "these wires change with every pass: a.X <- b.Out, b.Y <- a.Out; "
                "an output must not depend on the value that it leads to"
            ),
            id="a system that never settles",
        ),
        pytest.param(
            {"a": stack("a", "{X: a.Out}", "{X: {Type: String}}", outputs="{Out: {Value: !Ref Thing}}")},
            "generated/a.yaml:2: required wires form a loop: a.X <- a.Out; give one of these parameters `Default: ''`",
            id="a stack that waits for itself",
        ),
        pytest.param(
            {
                role: stack(role, f"{{X: {other}.Out}}", "{X: {Type: String}}", outputs="{Out: {Value: !Ref Thing}}")
                for role, other in (("first", "a"), ("a", "b"), ("b", "a"), ("c", "d"), ("d", "c"))
            },
            "generated/a.yaml:2: required wires form a loop: a.X <- b.Out, b.X <- a.Out; give one of these parameters "
            "`Default: ''`\n"
            "generated/c.yaml:2: required wires form a loop: c.X <- d.Out, d.X <- c.Out; give one of these parameters "
            "`Default: ''`",
            id="two loops, and a stack that leads into one",
        ),
        pytest.param(
            {
                "a": stack("a", "{X: b.Out}", "{X: {Type: String}}"),
                "b": stack("b", "{Y: c.Out}", "{Y: {Type: String}}", outputs="{Out: {Value: !Ref Thing}}"),
                "c": stack(
                    "c",
                    parameters="{On: {Type: String, Default: 'no'}}",
                    conditions="{Turned: !Equals [!Ref On, 'yes']}",
                    outputs="{Out: {Condition: Turned, Value: !Ref Thing}}",
                ),
            },
            f"generated/a.yaml:2: a: the required wire X <- b.Out {NEVER} "
            "b cannot be deployed itself\n"
            f"generated/b.yaml:2: b: the required wire Y <- c.Out {NEVER} "
            "c has no output Out; change what its condition depends on",
            id="a required wire of a stack that waits itself",
        ),
        pytest.param(
            {
                "a": stack(
                    "a",
                    "{X: b.Out}",
                    "{X: {Type: String, Default: ''}}",
                    "{Flip: !Equals [!Ref X, 'one'], Linked: !Not [!Equals [!Ref X, '']]}",
                    "{Out: {Value: !If [Flip, two, one]}, Once: {Value: !If [Linked, linked, alone]}}",
                ),
                "b": stack(
                    "b",
                    "{Y: a.Out, Z: a.Once}",
                    "{Y: {Type: String, Default: ''}, Z: {Type: String, Default: ''}}",
                    "{Empty: !Equals [!Ref Y, '']}",
                    "{Out: {Value: !If [Empty, none, !Ref Y]}}",
                    "{DisplayName: !Ref Z}",
                ),
            },
            "the stacks do not settle within 6 passes: these wires change with every pass: a.X <- b.Out, b.Y <- a.Out; "
            "an output must not depend on the value that it leads to",
            id="a system that never settles, with a wire that does",
        ),
        pytest.param(
            {
                "a": stack("a", outputs="{Out: {Value: !Ref Thing}}"),
                "b": stack(
                    "b",
                    "{Y: a.Out}",
                    "{Y: {Type: String}}",
                    "{Special: !Equals [!Ref Y, 'arn:special']}",
                    outputs="{Out: {Condition: Special, Value: 'x'}}",
                ),
            },
            f"generated/b.yaml:4: b: condition Special {UNKNOWN}",
            id="a condition that turns on a value of which only AWS knows what it is",
        ),
    ],
)
def test_wiring_that_cannot_work_is_refused_with_its_edges_named(templates, said):
    assert refused(**templates) == said


def made_by(parameters="{}", conditions="{}", output="{Condition: Given, Value: !Ref Thing}", wiring="{}"):
    """A pair in which `a` takes an output of `b`, if it can."""
    return {
        "a": stack("a", "{X: b.Out}", "{X: {Type: String, Default: ''}}", outputs="{Out: {Value: !Ref Thing}}"),
        "b": stack("b", wiring, parameters, conditions, f"{{Out: {output}}}"),
    }


@pytest.mark.parametrize(
    ("templates", "possible"),
    [
        (made_by(conditions="{Given: !Equals [a, a]}"), True),
        (made_by(conditions="{Given: !Equals [a, b]}"), False),
        (made_by("{P: {Type: String, Default: ''}}", "{Given: !Equals [!Ref P, 'on']}"), True),
        (made_by("{P: {Type: String, Default: ''}}", "{Given: !Not [!Equals [!Ref P, '']]}"), True),
        (made_by("{P: {Type: Number, Default: 0}}", "{Given: !Equals [5, !Ref P]}"), True),
        (made_by("{P: {Type: String, Default: x}}", "{Given: !Equals [!Ref P, '']}"), True),
        (
            made_by(
                "{P: {Type: String, Default: x}}",
                "{Given: !And [!Condition A, !Condition B], A: !Equals [!Ref P, 'a'], B: !Equals [!Ref P, 'b']}",
            ),
            False,
        ),
        (made_by("{P: {Type: String, AllowedValues: [1, 2], Default: 1}}", "{Given: !Equals [!Ref P, '2']}"), True),
        (made_by("{P: {Type: String, AllowedValues: [1, 2], Default: 1}}", "{Given: !Equals [!Ref P, '3']}"), False),
        (made_by("{P: {Type: String, Default: ''}}", output="{Value: !Ref P}"), True),
        (made_by("{P: {Type: String, AllowedValues: [''], Default: ''}}", output="{Value: !Ref P}"), False),
        (made_by("{P: {Type: String, AllowedValues: [''], Default: ''}}", output="{Value: !Sub '${P}'}"), False),
        (made_by("{P: {Type: String, Default: ''}}", output="{Value: !Sub '${P}'}"), True),
        (made_by("{P: {Type: String, Default: ''}}", "{Given: !Equals [!Sub '${P}-x', 'on-x']}"), False),
        (made_by(conditions="{Given: !Equals [!Ref 'AWS::AccountId', '1']}"), True),
        (made_by("{P: {Type: String}}", "{Given: !Equals [!Ref P, '']}", wiring="{P: a.Out}"), False),
        (made_by("{P: {Type: String, Default: ''}}", "{Given: !Equals [!Ref P, '']}", wiring="{P: a.Out}"), True),
        (
            made_by("{P: {Type: String, Default: ''}}", "{Given: !Not [!Equals [!Ref P, '']]}", wiring="{P: a.Out}"),
            True,
        ),
        (made_by("{P: {Type: String}}", "{Given: !Not [!Equals [!Ref P, '']]}", wiring="{P: artifacts.Bucket}"), True),
        (made_by("{P: {Type: String}}", "{Given: !Equals [!Ref P, '']}", wiring="{P: artifacts.Bucket}"), False),
    ],
)
def test_an_optional_wire_needs_an_output_that_some_parameter_values_produce(templates, possible):
    problems = list(_impossible(system(templates)))
    assert [problem.startswith("generated/a.yaml:2: wire a.X <- b.Out: no") for problem in problems] == [True] * (
        not possible
    )


def test_an_output_of_too_many_parameters_is_taken_to_be_possible():
    names = [f"P{number}" for number in range(13)]
    parameters = ", ".join(f"{name}: {{Type: String, AllowedValues: [x, y], Default: x}}" for name in names)
    conditions = "{Given: !And [" + ", ".join(f"!Equals [!Ref {name}, z]" for name in names) + "]}"
    assert list(_impossible(system(made_by(f"{{{parameters}}}", conditions)))) == []
    fewer = parameters.replace("P12: {Type: String, AllowedValues: [x, y]", "P12: {Type: String, AllowedValues: [x]")
    assert len(list(_impossible(system(made_by(f"{{{fewer}}}", conditions))))) == 1


def test_the_planner_comes_back_with_the_update_order_in_force():
    assert check_wiring(planner(pair())).system.update_order == ("secondary", "primary")
