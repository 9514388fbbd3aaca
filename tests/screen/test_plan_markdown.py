"""The plan as a comment on a pull request."""

import re
from html import unescape
from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from tests.screen.test_plans import ELSEWHERE, KEPT, NOTHING, document, secretive, worlds
from tests.systems import pair
from twinstack.planning.world import Absent, Unknown
from twinstack.screen.markdown import code, fitted, prose, visible
from twinstack.screen.plan_markdown import LONGEST, marker, plan_markdown

RENDER = MarkdownIt("commonmark").enable("table")
MOVED = {"primary": {"VpcCidr": "10.9.0.0/16"}}
SINCE = {"name": "HEAD~1", "commit": "0123456789abcdef0123456789abcdef01234567"}
REFUSED = {
    "stack": "primary",
    "resource": "Cluster",
    "type": "AWS::RDS::DBCluster",
    "action": "Replace",
    "flag": "--allow-replace Cluster",
    "sentence": "primary: Cluster would be replaced; --allow-replace Cluster",
}


def comment(world, given=None, **changed):
    return plan_markdown({**document(world, given), "elsewhere": {"stacks": [], "not_looked_at": []}, **changed})


def verdict(text):
    return text.splitlines()[0]


def table(text):
    return [line for line in text.splitlines() if line.startswith("|")][2:]


def test_an_import_is_counted_and_names_what_it_takes_in():
    shown = comment({"primary": Absent(KEPT), "secondary": Absent()})
    assert "- Pass 1: create `pair-dev-primary` in us-east-1: 2 imported\n" in shown
    assert "| import | `Bucket` | `AWS::S3::Bucket` | primary, pass 1 | takes in `bucket-1` |" in table(shown)


def test_the_whole_comment_of_a_change():
    assert comment(worlds()[3], pair(MOVED)) == dedent(
        """\
        ### ⚠️ dev: 3 passes, 6 changes, 5 replaced

        - Pass 1: update `pair-dev-primary` in us-east-1: 3 replaced
        - Pass 2: update `pair-dev-secondary` in eu-west-1: 2 replaced
        - Pass 3: update `pair-dev-primary` in us-east-1: 1 modified

        | change | resource | type | stack | what changes |
        |---|---|---|---|---|
        | **replace** (ReplaceAndDelete) | `Vpc` | `AWS::EC2::VPC` | primary, pass 1 | `CidrBlock` (replaces it) |
        | **replace** (ReplaceAndDelete) | `Table` | `AWS::EC2::RouteTable` | primary, pass 1 | `VpcId` (replaces it) |
        | **replace** (ReplaceAndDelete) | `Route` | `AWS::EC2::Route` | primary, pass 1 | `RouteTableId` \
(replaces it) |
        | **replace** (ReplaceAndDelete) | `Peering` | `AWS::EC2::VPCPeeringConnection` | secondary, pass 2 \
| `PeerVpcId` (replaces it) |
        | **replace** (ReplaceAndDelete) | `Route` | `AWS::EC2::Route` | secondary, pass 2 | `DestinationCidrBlock` \
(replaces it), `VpcPeeringConnectionId` |
        | modify | `Route` | `AWS::EC2::Route` | primary, pass 3 | `VpcPeeringConnectionId` |

        <details><summary>Before and after</summary>

        ```diff
          pass 1: update primary
            because parameter VpcCidr changes
        -     parameter VpcCidr: 10.0.0.0/16
        +     parameter VpcCidr: 10.9.0.0/16
            Vpc AWS::EC2::VPC
        -     CidrBlock: 10.0.0.0/16
        +     CidrBlock: 10.9.0.0/16
            Table AWS::EC2::RouteTable
        -     VpcId: ${primary:Vpc}
        +     VpcId: ${primary:Vpc} (new)
            Route AWS::EC2::Route
        -     RouteTableId: ${primary:Table}
        +     RouteTableId: ${primary:Table} (new)
          pass 2: update secondary
            because PeerVpc changes with primary.VpcId
            because PeerCidr changes with primary.VpcCidr
        -     parameter PeerCidr: 10.0.0.0/16
        +     parameter PeerCidr: 10.9.0.0/16
            Peering AWS::EC2::VPCPeeringConnection
        -     PeerVpcId: vpc-1
        +     PeerVpcId: ${primary:Vpc}
            Route AWS::EC2::Route
        -     VpcPeeringConnectionId: ${secondary:Peering}
        +     VpcPeeringConnectionId: ${secondary:Peering} (new)
        -     DestinationCidrBlock: 10.0.0.0/16
        +     DestinationCidrBlock: 10.9.0.0/16
          pass 3: update primary
            because PeeringId changes with secondary.PeeringId
            Route AWS::EC2::Route
        -     VpcPeeringConnectionId: pcx-2
        +     VpcPeeringConnectionId: ${secondary:Peering}
        ```

        </details>

        <!-- twinstack plan dev on-aws -->
        """
    )


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, "### ✅ dev: 1 pass, 2 changes, nothing replaced or removed"),
        ({"passes": []}, "### ✅ dev: nothing to do"),
        (
            {"unknown": {"secondary": "AccessDenied"}, "partial": True},
            "### ⚠️ dev: 1 pass, 2 changes, nothing replaced or removed; partial, since secondary could not be read",
        ),
        (
            {"elsewhere": ELSEWHERE},
            "### ⚠️ dev: 1 pass, 2 changes, nothing replaced or removed; 2 stacks left behind",
        ),
        ({"refused": [REFUSED]}, "### ⛔ dev: refused: `Cluster` (AWS::RDS::DBCluster) would be replaced"),
        (
            {"refused": [{**REFUSED, "resource": "Instance"}, REFUSED, {**REFUSED, "action": "Remove"}]},
            "### ⛔ dev: refused: `Cluster` (AWS::RDS::DBCluster) and 1 more would be replaced, `Cluster` "
            "(AWS::RDS::DBCluster) would be removed",
        ),
        (
            {"refused": [{**REFUSED, "action": "Abandon", "resource": None, "type": None}]},
            "### ⛔ dev: refused: `primary` would be left behind",
        ),
    ],
)
def test_the_first_line_is_the_verdict(changed, expected):
    assert verdict(comment(worlds()[2], **changed)) == expected


def test_what_only_a_change_set_can_say_takes_the_tick_away():
    plan = document(worlds()[2])
    plan["passes"][0]["steps"][0]["left_to_aws"] = ["AWS::Include"]
    text = plan_markdown(plan)
    assert verdict(text) == (
        "### ⚠️ dev: 1 pass, 2 changes, nothing replaced or removed; not all of it is known before the change set"
    )
    assert "- primary, pass 1: not known before the change set: what AWS::Include makes" in text


def test_a_refusal_says_what_and_how_to_allow_it():
    assert comment(worlds()[2], refused=[REFUSED]).splitlines()[2:5] == [
        "- primary: Cluster would be replaced; --allow-replace Cluster",
        "",
        "- Pass 1: update `pair-dev-primary` in us-east-1: 1 modified, 1 added",
    ]


def test_what_is_added_is_counted_where_it_is_much():
    assert table(comment(NOTHING)) == [
        "| modify | `Bucket` | `AWS::S3::Bucket` | primary, pass 3 | `Replication` |",
        "| add | 4 resources | | primary, pass 1 | |",
        "| add | 6 resources | | secondary, pass 2 | |",
        "| add | `Route` | `AWS::EC2::Route` | primary, pass 3 |  |",
    ]


def test_it_says_what_it_was_compared_with_and_is_told_apart_by_that():
    since = comment(worlds()[2], since=SINCE)
    assert "For stacks as deployed from git revision HEAD~1 (0123456789); AWS was not asked." in since.replace(
        "&#126;", "~"
    )
    nothing = comment(NOTHING, elsewhere=None)
    assert "For a first deployment; AWS was not asked." in nothing
    assert "AWS was not asked" not in comment(worlds()[2])
    markers = [text.splitlines()[-1] for text in (since, nothing, comment(worlds()[2]))]
    assert markers == [
        "<!-- twinstack plan dev since-a-revision -->",
        "<!-- twinstack plan dev from-nothing -->",
        "<!-- twinstack plan dev on-aws -->",
    ]


def test_a_marker_cannot_be_broken_out_of():
    assert marker(document(NOTHING) | {"environment": "x--> y"}) == "<!-- twinstack plan x-y from-nothing -->"


def test_what_may_be_touched_is_folded():
    plan = document(worlds()[2])
    plan["passes"][0]["steps"][0]["may_be_touched"] = [{"resource": "Cluster"}, {"resource": "Bucket"}]
    text = plan_markdown(plan)
    assert "1 modified, 1 added, 1 may be touched" in text
    assert "<details><summary>What may be touched besides</summary>" in text
    assert "- primary, pass 1: `Cluster`" in text.splitlines()


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"stale": [{"stack": "primary", "parameter": "PeerBucket"}]}, "- Stale: primary.PeerBucket keeps a value"),
        ({"unused": [{"stack": "primary", "parameter": "PeerCidr"}]}, "- Unused: a new value for primary.PeerCidr"),
        ({"waiting": [{"stack": "secondary", "parameter": "A", "from": "primary.A"}]}, "- Waiting: secondary cannot"),
        ({"elsewhere": ELSEWHERE}, "- Moved: secondary: stack pair-dev-secondary is in eu-west-2 (CREATE_COMPLETE)"),
        ({"elsewhere": ELSEWHERE}, "- Not looked at: ap-south-1: pair-dev-secondary would not be seen there"),
        ({"remarks": ["The versions would be apart."]}, "- The versions would be apart."),
        ({"fewest_passes": False}, "- Too many stacks to search for the fewest passes"),
        ({"unknown": {"secondary": "AccessDenied"}}, "- AccessDenied"),
    ],
)
def test_what_else_is_to_be_said_is_said(changed, expected):
    assert [line for line in comment(worlds()[2], **changed).splitlines() if line.startswith(expected)]


def test_nothing_to_do_and_a_stack_that_could_not_be_read():
    text = plan_markdown(document(worlds()[3] | {"secondary": Unknown("AccessDenied")}))
    assert verdict(text) == "### ⚠️ dev: nothing to do; partial, since secondary could not be read"


def test_a_secret_stands_in_no_comment_and_what_cannot_be_compared_is_said():
    text = comment(worlds()[3], secretive())
    assert "hush" not in text
    assert "- primary, pass 1: cannot be compared: Token" in text


def test_the_same_plan_is_the_same_text():
    assert comment(worlds()[3], pair(MOVED)) == comment(worlds()[3], pair(MOVED))


HOSTILE = [
    "__0__",
    "snake_case and _emphasis_",
    " 0 ",
    "a | b",
    "\\| b",
    "`` ` ``",
    "<script>alert(1)</script>",
    "</details><!-- x -->",
    "@everyone and org/repo#12",
    "one\n\n| two | three |\n```\n# four",
    "*a* _b_ ~~c~~ [d](https://example.com) ![e](f)",
    "&lt;b&gt; &#64;",
    "\u202ereversed \u2028 line",
    "   - - -",
]


def texts(rendered):
    """What a reader sees in each cell."""
    return [unescape(re.sub("<[^>]+>", "", cell)) for cell in re.findall(r"<td>(.*?)</td>", rendered, re.DOTALL)]


@pytest.mark.parametrize("write", [code, prose])
@settings(max_examples=100, deadline=None, derandomize=True)
@given(text=st.one_of(st.sampled_from(HOSTILE), st.text(min_size=1, max_size=40)))
def test_no_text_breaks_a_table_or_makes_markup(write, text):
    rendered = RENDER.render(f"| a | b |\n|---|---|\n| x{write(text)}x | y |\n")
    assert [" ".join(cell.replace("\u200b", "").split()) for cell in texts(rendered)] == [
        " ".join(f"x{visible(text, 1000)}x".split()),
        "y",
    ]
    assert set(re.findall(r"<(\w+)", rendered)) <= {"table", "thead", "tbody", "tr", "th", "td", "code"}
    assert not re.search(r"[@#](?!\u200b)", re.sub("<code>.*?</code>", "", unescape(rendered).replace("&#", "")))


@pytest.mark.parametrize("text", HOSTILE)
def test_a_value_stays_in_its_block_of_code(text):
    plan = document(worlds()[2])
    change = next(it for it in plan["passes"][0]["steps"][0]["changes"] if it["action"] == "Modify")
    change["details"][0]["values"][0]["after"] = text
    rendered = RENDER.render(plan_markdown(plan))
    assert rendered.count("<pre>") == 1
    assert rendered.count("<table>") == 1
    (block,) = re.findall("<pre>(.*?)</pre>", rendered, re.DOTALL)
    assert visible(text, 1000) in unescape(block)


def test_long_values_are_cut_from_where_they_differ():
    plan = document(worlds()[2])
    change = next(it for it in plan["passes"][0]["steps"][0]["changes"] if it["action"] == "Modify")
    change["details"][0]["values"][0] |= {"before": "x" * 1000 + "old", "after": "x" * 1000 + "new"}
    text = plan_markdown(plan)
    assert "-     Replication: … " + "x" * 20 + "old" in text.splitlines()
    assert "+     Replication: … " + "x" * 20 + "new" in text.splitlines()


def grown(number):
    """A plan with so many changes, refusals and remarks, each as long as it gets."""
    plan = document(worlds()[2])
    step = plan["passes"][0]["steps"][0]
    change = next(it for it in step["changes"] if it["action"] == "Modify")
    change["details"][0]["values"][0] |= {"before": "@|" * 3000, "after": "`@" * 3000}
    step["changes"] = [{**change, "resource": f"Resource{place}@" * 12} for place in range(number)]
    step["may_be_touched"] = [{"resource": f"Touched{place}@" * 12} for place in range(number)]
    return plan | {
        "environment": "@" * 3000,
        "refused": [{**REFUSED, "resource": "@|" * 500, "type": "|" * 3000, "sentence": "|@" * 2000}] * number,
        "remarks": ["@" * 4000] * number,
        "unknown": {"@" * 900: "|" * 900},
    }


@pytest.mark.parametrize("number", [1, 30, 600])
def test_it_fits_into_a_comment_however_much_there_is(number):
    text = plan_markdown(grown(number))
    assert len(text) < LONGEST
    assert text.count("<details>") == text.count("</details>")
    assert text.splitlines()[-1].startswith("<!-- twinstack plan ")


def test_what_is_cut_is_counted():
    plan = grown(600) | {"refused": [], "remarks": []}
    text = plan_markdown(plan)
    shown = len(table(text))
    assert f"Left out: {600 - shown} of the rows, since GitHub takes no longer comment." in text.splitlines()
    assert fitted(["abc", "defg"], 9, "lines") == ["abc", "defg"]
    assert fitted(["abc", "defg"], 8, "lines") == ["Left out: 2 of the lines, since GitHub takes no longer comment."]
    assert fitted(["abc", "d" * 99], 80, "lines") == [
        "abc",
        "Left out: 1 of the lines, since GitHub takes no longer comment.",
    ]
