"""The workflow for GitHub: well formed, and careful with what it is allowed to do."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
FILE = ROOT / ".github" / "workflows" / "deploy.yml"
TEXT = FILE.read_text(encoding="utf-8")
# YAML 1.1 reads the key `on` as true; GitHub does not.
WORKFLOW = yaml.load(TEXT, Loader=yaml.BaseLoader)
JOBS = WORKFLOW["jobs"]


def commands(job):
    return "\n".join(step.get("run", "") for step in JOBS[job]["steps"])


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
        ("plan", {"id-token": "write", "contents": "read", "pull-requests": "write"}),
        ("deploy", {"id-token": "write", "contents": "read"}),
    ],
)
def test_a_job_may_do_what_it_needs_and_no_more(job, permissions):
    assert WORKFLOW["permissions"] == {}
    assert JOBS[job]["permissions"] == permissions


def test_the_jobs_are_these():
    assert list(JOBS) == ["check", "plan", "deploy"]


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


def test_the_check_does_not_sign_in():
    assert sign_ins("check") == []


def test_nothing_is_installed_or_built_once_signed_in():
    for job in ("plan", "deploy"):
        steps = JOBS[job]["steps"]
        after = steps[steps.index(sign_ins(job)[0]) + 1 :]
        assert not any("pip" in step.get("run", "") or "uses" in step for step in after)


def test_a_fork_gets_no_plan():
    assert "github.event.pull_request.head.repo.full_name == github.repository" in JOBS["plan"]["if"]


def test_the_plan_becomes_one_comment_that_is_kept_up_to_date():
    assert "--format markdown" in commands("plan")
    assert "gh pr comment" in commands("plan")
    assert "--edit-last --create-if-none" in commands("plan")


def test_the_plan_is_shown_to_who_approves():
    assert "GITHUB_STEP_SUMMARY" in commands("plan")
    assert JOBS["deploy"]["environment"] == "production"


def test_only_a_push_deploys_and_only_the_deploy_job_does():
    assert "github.event_name == 'push'" in JOBS["deploy"]["if"]
    assert "deploy.py deploy" in commands("deploy")
    assert "--yes" in commands("deploy")
    for job in ("check", "plan"):
        assert "deploy.py deploy" not in commands(job)
        assert "destroy" not in commands(job)


def test_deploying_passes_no_guard():
    assert not re.search("--allow-|--unlink|--break", commands("deploy"))


def test_what_is_planned_is_what_is_deployed():
    assert (ROOT / "environments" / f"{WORKFLOW['env']['TWINSTACK_ENVIRONMENT']}.yaml").is_file()
    for job in ("plan", "deploy"):
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
