"""The workflow for GitHub: well formed, and careful with what it is allowed to do."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from twinstack.screen.plan_markdown import marker

ROOT = Path(__file__).parents[1]
FILE = ROOT / ".github" / "workflows" / "deploy.yml"
TEXT = FILE.read_text(encoding="utf-8")
# YAML 1.1 reads the key `on` as true; GitHub does not.
WORKFLOW = yaml.load(TEXT, Loader=yaml.BaseLoader)
JOBS = WORKFLOW["jobs"]


SCRIPTS = {
    f".github/{name}": (ROOT / ".github" / name).read_text(encoding="utf-8") for name in ("plan.sh", "comment.sh")
}


def commands(job):
    """What a job runs, with the scripts that it calls."""
    run = "\n".join(step.get("run", "") for step in JOBS[job]["steps"])
    return "\n".join([run, *(text for name, text in SCRIPTS.items() if name in run)])


def sign_ins(job):
    return [step for step in JOBS[job]["steps"] if "configure-aws-credentials" in step.get("uses", "")]


def test_it_has_the_form_that_github_takes():
    checker = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows", str(FILE)]
    checked = subprocess.run(checker, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_it_runs_for_pull_requests_and_for_pushes_to_main():
    assert set(WORKFLOW["on"]) == {"pull_request", "push"}
    assert WORKFLOW["on"]["push"] == {"branches": ["main"]}


def test_code_of_a_pull_request_never_runs_with_the_rights_of_main():
    assert "pull_request_target" not in TEXT
    assert "workflow_run" not in TEXT


def test_the_check_lints_compares_the_templates_and_tests():
    assert "make lint" in commands("check")
    assert "deploy.py generate --check" in commands("check")
    assert "make test" in commands("check")


def test_nothing_meets_aws_before_the_tests_have_passed():
    assert "needs" not in JOBS["check"]
    assert JOBS["plan"]["needs"] == "check"
    assert JOBS["deploy"]["needs"] == ["check", "plan"]
    assert not any("always()" in job.get("if", "") for job in JOBS.values())


@pytest.mark.parametrize(
    ("job", "permissions"),
    [
        ("check", {"contents": "read"}),
        ("change", {"contents": "read", "pull-requests": "write"}),
        ("plan", {"id-token": "write", "contents": "read", "pull-requests": "write"}),
        ("deploy", {"id-token": "write", "contents": "read"}),
    ],
)
def test_a_job_may_do_what_it_needs_and_no_more(job, permissions):
    assert WORKFLOW["permissions"] == {}
    assert JOBS[job]["permissions"] == permissions


def test_the_jobs_are_these():
    assert list(JOBS) == ["check", "change", "plan", "deploy"]


def test_no_long_lived_key_is_used():
    assert not re.search("aws-access-key-id|aws-secret-access-key|AWS_ACCESS_KEY_ID|AWS_SECRET", TEXT)
    assert "secrets." not in TEXT


@pytest.mark.parametrize(
    ("job", "role"), [("plan", "${{ vars.AWS_PLAN_ROLE_ARN }}"), ("deploy", "${{ vars.AWS_DEPLOY_ROLE_ARN }}")]
)
def test_planning_and_deploying_sign_in_with_a_role_each(job, role):
    (step,) = sign_ins(job)
    assert step["with"]["role-to-assume"] == role
    assert role.strip("${} ") in JOBS[job]["if"]


@pytest.mark.parametrize("job", ["check", "change"])
def test_the_check_and_the_offline_plan_do_not_sign_in(job):
    assert sign_ins(job) == []
    assert "id-token" not in JOBS[job]["permissions"]


def test_nothing_is_installed_or_built_once_signed_in():
    for job in ("plan", "deploy"):
        steps = JOBS[job]["steps"]
        after = steps[steps.index(sign_ins(job)[0]) + 1 :]
        assert not any("pip" in step.get("run", "") or "uses" in step for step in after)


OWN = "github.event.pull_request.head.repo.full_name == github.repository"


def test_a_fork_gets_no_plan_of_what_is_on_aws():
    assert OWN in JOBS["plan"]["if"]


def test_every_pull_request_is_planned_against_its_base_without_aws():
    (checkout,) = [step for step in JOBS["change"]["steps"] if "checkout" in step.get("uses", "")]
    # the merge commit that a pull request's run checks out, and its first parent
    assert (checkout["with"]["fetch-depth"], "ref" in checkout["with"]) == ("2", False)
    assert JOBS["change"]["if"] == "github.event_name == 'pull_request'"
    assert "needs" not in JOBS["change"]
    assert "--offline --since HEAD^1" in commands("change")


def step_of(job, name):
    (step,) = [step for step in JOBS[job]["steps"] if step.get("name", "").startswith(name)]
    return step


def test_a_run_whose_token_only_reads_writes_no_comment():
    assert OWN in step_of("change", "Comment")["if"]
    assert all("dependabot" in step_of(job, "Comment")["if"] for job in ("change", "plan"))


@pytest.mark.parametrize("job", ["change", "plan"])
def test_only_the_step_that_comments_has_the_token(job):
    with_token = [step["name"] for step in JOBS[job]["steps"] if "GH_TOKEN" in step.get("env", {})]
    assert with_token == ["Comment on the pull request"]
    assert "deploy.py" not in SCRIPTS[".github/comment.sh"]


@pytest.mark.parametrize("job", ["change", "plan"])
def test_a_refused_plan_fails_the_job_after_the_comment(job):
    assert [step["name"].split()[0] for step in JOBS[job]["steps"][-3:]] == ["Plan", "Comment", "Fail"]
    assert JOBS[job]["steps"][-1] == {
        "name": "Fail if the plan is refused or could not be made",
        "env": {"CODE": "${{ steps.plan.outputs.code }}"},
        "run": 'exit "$CODE"',
    }


def test_the_plan_is_shown_to_who_approves():
    assert "GITHUB_STEP_SUMMARY" in commands("plan")
    assert JOBS["deploy"]["environment"] == "production"


def program(folder, name, text):
    path = folder / name
    path.write_text(f"#!{sys.executable}\n{text}", encoding="utf-8")
    path.chmod(0o755)


def ran(script, folder, *words, **variables):
    """Runs a script of the workflow in a folder, whose programs are found first."""
    command = ["sh", str(ROOT / script), *words]
    environment = {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}", **variables}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


MARKERS = {
    "since-a-revision": marker({"environment": "prod", "since": {"commit": "1"}, "elsewhere": None}),
    "on-aws": marker({"environment": "prod", "since": None, "elsewhere": {}}),
}
PLANNING = """
import sys
open("asked.txt", "w").write(" ".join(sys.argv[1:]))
print("### a plan")
sys.exit({})
"""


@pytest.mark.parametrize("way", MARKERS)
@pytest.mark.parametrize(
    ("code", "first"), [(0, "### a plan"), (4, "### a plan"), (2, "### ❌ prod: could not be planned")]
)
def test_the_plan_goes_into_the_summary_and_its_exit_code_on(tmp_path, way, code, first):
    program(tmp_path, "python", PLANNING.format(code))
    files = {"GITHUB_STEP_SUMMARY": "summary.md", "GITHUB_OUTPUT": "output.txt"}
    done = ran(".github/plan.sh", tmp_path, way, "--offline", TWINSTACK_ENVIRONMENT="prod", RUN="https://run", **files)
    assert done.returncode == 0, done.stderr
    told = (tmp_path / "plan.md").read_text(encoding="utf-8")
    assert (tmp_path / "summary.md").read_text(encoding="utf-8") == told
    assert told.splitlines()[0] == first
    assert (tmp_path / "output.txt").read_text() == f"code={code}\n"
    assert (tmp_path / "asked.txt").read_text() == "deploy.py plan --environment prod --format markdown --offline"
    if code == 2:
        assert "Exit code 2. The reason stands in [the run](https://run)." in told
        assert told.splitlines()[-1] == MARKERS[way]


# Stands in for GitHub: keeps what it is asked, and has the comments of a file.
GITHUB = """
import json, os, sys
with open("asked.txt", "a") as asked:
    asked.write(" ".join(word for word in sys.argv[1:] if "select" not in word) + "\\n")
if "--paginate" in sys.argv:
    (chosen,) = [word for word in sys.argv if "select" in word]
    assert chosen.startswith('.[] | select(.user.login == "github-actions[bot]" and ')
    assert chosen.endswith('((.body // "") | contains($ENV.MARKER))) | .id')
    for comment in json.load(open("comments.json")):
        if comment["login"] == "github-actions[bot]" and os.environ["MARKER"] in comment["body"]:
            print(comment["id"])
""".replace("\\\\n", "\\n")
BOT, MINE = "github-actions[bot]", "### a plan\n\n<!-- twinstack plan prod on-aws -->"
ASKED = "api --paginate repos/me/it/issues/7/comments?per_page=100 --jq"
POSTED = "api --silent --method POST repos/me/it/issues/7/comments --field body=@plan.md"


@pytest.mark.parametrize(
    ("comments", "then"),
    [
        pytest.param([], POSTED, id="none yet"),
        pytest.param([(1, "me", MINE)], POSTED, id="somebody quotes it"),
        pytest.param([(1, BOT, "another"), (2, BOT, MINE.replace("on-aws", "since-a-revision"))], POSTED, id="others"),
        pytest.param(
            [(1, BOT, "another"), (2, BOT, MINE), (3, BOT, "later")],
            "api --silent --method PATCH repos/me/it/issues/comments/2 --field body=@plan.md",
            id="its own, not the last",
        ),
    ],
)
def test_the_comment_is_found_by_its_last_line_and_updated(tmp_path, comments, then):
    program(tmp_path, "gh", GITHUB)
    (tmp_path / "plan.md").write_text(f"{MINE}\n", encoding="utf-8")
    listed = [{"id": number, "login": login, "body": body} for number, login, body in comments]
    (tmp_path / "comments.json").write_text(json.dumps(listed))
    done = ran(".github/comment.sh", tmp_path, "plan.md", GITHUB_REPOSITORY="me/it", NUMBER="7")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "asked.txt").read_text().splitlines() == [ASKED, then]


def test_only_a_push_deploys_and_only_the_deploy_job_does():
    assert "github.event_name == 'push'" in JOBS["deploy"]["if"]
    assert "deploy.py deploy" in commands("deploy")
    assert "--yes" in commands("deploy")
    for job in ("check", "change", "plan"):
        assert "deploy.py deploy" not in commands(job)
        assert "destroy" not in commands(job)


def test_deploying_passes_no_guard():
    assert not re.search("--allow-|--unlink|--break", commands("deploy"))


def test_what_is_planned_is_what_is_deployed():
    assert (ROOT / "environments" / f"{WORKFLOW['env']['TWINSTACK_ENVIRONMENT']}.yaml").is_file()
    for job in ("change", "plan", "deploy"):
        assert '--environment "$TWINSTACK_ENVIRONMENT"' in commands(job)


def test_two_deployments_never_run_at_the_same_time_and_none_is_cut_short():
    assert JOBS["deploy"]["concurrency"] == {"group": "deploy-production", "cancel-in-progress": "false"}
    assert "github.run_id" in WORKFLOW["concurrency"]["group"]
    assert WORKFLOW["concurrency"]["cancel-in-progress"] == "${{ github.event_name == 'pull_request' }}"


def test_credentials_outlast_the_deployment():
    (step,) = sign_ins("deploy")
    assert int(step["with"]["role-duration-seconds"]) >= 60 * int(JOBS["deploy"]["timeout-minutes"])


def test_every_action_is_one_of_three_pinned_to_a_major():
    used = {step["uses"] for job in JOBS.values() for step in job["steps"] if "uses" in step}
    assert all(re.fullmatch(r"[\w-]+/[\w-]+@v\d+", name) for name in used)
    assert {name.partition("@")[0] for name in used} == {
        "actions/checkout",
        "actions/setup-python",
        "aws-actions/configure-aws-credentials",
    }


def test_the_token_of_github_is_not_left_in_the_working_copy():
    for job in JOBS.values():
        for step in job["steps"]:
            if step.get("uses", "").startswith("actions/checkout"):
                assert step["with"]["persist-credentials"] == "false"


def test_no_expression_is_pasted_into_a_script():
    # A branch name or a title in a script would be run: they come in as environment variables.
    assert not any("${{" in commands(job) for job in JOBS)


def test_every_job_ends():
    assert all(int(job["timeout-minutes"]) <= 180 for job in JOBS.values())


def test_every_variable_it_reads_is_explained():
    explained = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
    names = set(re.findall(r"vars\.(\w+)", TEXT)) | {"TWINSTACK_ENVIRONMENT"}
    assert {name for name in names if f"`{name}`" not in explained} == set()
