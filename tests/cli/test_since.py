"""`plan --offline --since REV`: what this tree would change on stacks deployed from a git revision."""

import json
import shutil
import subprocess

import pytest

from tests.cli.here import here
from tests.cli.test_command_line import ROOT, edit, project, run
from twinstack.rollout.steps.artifacts import WHEELS

__all__ = ["here", "project"]

WITH_CLUSTER = """\
Resources:
  PrimaryCluster:
    Type: AWS::RDS::DBCluster
    Properties: {Engine: aurora-mysql, DatabaseName: trading, BackupRetentionPeriod: 7}
"""
CODE = "  Code: {Type: String}\n  Where: {Type: String}\n"
LAMBDA = """\
  Function:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: code.main
      Role: 'arn:aws:iam::111122223333:role/it'
      Code: {S3Bucket: !Ref Where, S3Key: !Ref Code}
"""


def git(folder, *words):
    who = ["-c", "user.name=A", "-c", "user.email=a@localhost", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", *who, *words], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def commit(folder):
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "one")
    return git(folder, "rev-parse", "HEAD")


@pytest.fixture
def repository(project):
    """The small pair in a git repository, with a database cluster in its primary; one commit."""
    edit(project, "Resources:\n", WITH_CLUSTER, "generated/primary.yaml")
    git(project, "init", "--quiet", "--initial-branch", "main")
    commit(project)
    return project


def lines(text):
    return text.strip().splitlines()


def test_the_same_files_change_nothing_and_the_revision_is_named(repository, here):
    head = git(repository, "rev-parse", "HEAD")[:10]
    done = here(repository, "plan", "--offline", "--since", "HEAD", "--detailed-exitcode")
    assert done.returncode == 0, done.stderr
    assert lines(done.stdout) == [f"Plan for dev, as deployed from git revision HEAD ({head}): nothing to do"]


def test_a_change_is_planned_against_what_the_revision_would_have_deployed(repository, here):
    edit(repository, "BackupRetentionPeriod: 7", "BackupRetentionPeriod: 8", "generated/primary.yaml")
    done = here(repository, "plan", "--offline", "--since", "main", "--detailed-exitcode")
    assert done.returncode == 3, done.stderr
    assert lines(done.stdout)[1:] == [
        "  Pass 1: update primary (pair-dev-primary) in us-east-1",
        "    because its template generated/primary.yaml changed",
        "    ~ PrimaryCluster AWS::RDS::DBCluster",
        "        BackupRetentionPeriod: 7 → 8",
    ]


def test_a_new_value_goes_on_to_who_takes_it(repository, here):
    edit(repository, "us-east-1: {VpcCidr: 10.0.0.0/16}", "us-east-1: {VpcCidr: 10.9.0.0/16}")
    commit(repository)
    done = here(repository, "plan", "--offline", "--since", "HEAD~1", "--format", "json")
    plan = json.loads(done.stdout)
    assert [[step["stack"] for step in each["steps"]] for each in plan["passes"]] == [["primary"], ["secondary"]]
    assert [change["action"] for change in plan["passes"][0]["steps"][0]["changes"]] == ["Replace"]
    assert plan["passes"][1]["steps"][0]["changed_outputs"] == ["PrimaryVpc"]
    assert plan["since"] == {"name": "HEAD~1", "commit": git(repository, "rev-parse", "HEAD~1")}


def refused(repository, here, *options):
    edit(repository, "DatabaseName: trading", "DatabaseName: orders", "generated/primary.yaml")
    commit(repository)
    return here(repository, "plan", "--offline", "--since", "HEAD~1", "--detailed-exitcode", *options)


REFUSAL = (
    "primary: PrimaryCluster (AWS::RDS::DBCluster) would be replaced, since DatabaseName changes, and what it holds "
    "lost; --allow-replace PrimaryCluster"
)


def test_replacing_the_database_is_refused_after_the_plan_is_shown(repository, here):
    done = refused(repository, here)
    assert done.returncode == 4
    assert "    ± PrimaryCluster AWS::RDS::DBCluster (replacement, ReplaceAndDelete)" in lines(done.stdout)
    assert lines(done.stderr) == [f"Error: {REFUSAL}"]


def test_a_refusal_stands_in_the_json_which_stays_one_document(repository, here):
    done = refused(repository, here, "--format", "json")
    assert done.returncode == 4
    assert json.loads(done.stdout)["refused"] == [
        {
            "stack": "primary",
            "resource": "PrimaryCluster",
            "type": "AWS::RDS::DBCluster",
            "action": "Replace",
            "flag": "--allow-replace PrimaryCluster",
            "sentence": REFUSAL,
        }
    ]
    assert REFUSAL in done.stderr


@pytest.mark.parametrize(
    ("options", "exit_code"),
    [
        (["--allow-replace", "PrimaryCluster"], 3),
        (["--allow-replace", "Vpc"], 4),
        (["--allow-delete", "PrimaryCluster"], 4),
    ],
)
def test_permission_by_name_lets_it_through(repository, here, options, exit_code):
    assert refused(repository, here, *options).returncode == exit_code


def test_removing_the_database_is_refused(repository, here):
    edit(repository, WITH_CLUSTER, "Resources:\n", "generated/primary.yaml")
    commit(repository)
    done = here(repository, "plan", "--offline", "--since", "HEAD~1")
    assert done.returncode == 4
    assert lines(done.stderr) == [
        "Error: primary: PrimaryCluster (AWS::RDS::DBCluster) would be removed and what it holds lost; "
        "--allow-delete PrimaryCluster"
    ]
    assert (
        here(repository, "plan", "--offline", "--since", "HEAD~1", "--allow-delete", "PrimaryCluster").returncode == 0
    )


def test_what_follows_from_a_replacement_comes_before_its_cause(repository, here):
    edit(
        repository,
        "Outputs:\n",
        "  Instance:\n    Type: AWS::RDS::DBInstance\n"
        "    Properties: {DBClusterIdentifier: !Ref PrimaryCluster, Engine: aurora-mysql}\nOutputs:\n",
        "generated/primary.yaml",
    )
    commit(repository)
    done = refused(repository, here)
    assert [line.split()[2] for line in lines(done.stderr)] == ["Instance", "PrimaryCluster"]


def copied(folder):
    """What the flagship's plan is made from, in a git repository with one commit."""
    for name in ("environments", "generated", "lambda_src"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    if (ROOT / WHEELS).is_dir():
        shutil.copytree(ROOT / WHEELS, folder / WHEELS)
    (folder / ".gitignore").write_text(".twinstack/\n")
    git(folder, "init", "--quiet", "--initial-branch", "main")
    commit(folder)
    return folder


def test_the_flagship_s_cluster_is_not_replaced_unseen(tmp_path, here):
    copied(tmp_path)
    edit(tmp_path, "      DatabaseName: !Ref DatabaseName", "      DatabaseName: orders", "generated/primary.yaml")
    commit(tmp_path)
    asked = ["plan", "-e", "prod", "--offline", "--since", "HEAD~1"]
    done = here(tmp_path, *asked)
    assert done.returncode == 4
    assert "        DatabaseName: tradingdb → orders (replaces it)" in lines(done.stdout)
    assert lines(done.stderr)[-1] == (
        "Error: primary: Cluster (AWS::RDS::DBCluster) would be replaced, since DatabaseName changes, and what it "
        "holds lost; --allow-replace Cluster"
    )
    assert [line.split()[2] for line in lines(done.stderr)] == ["Instance2", "Instance1", "Cluster"]
    allowed = [word for name in ("Cluster", "Instance1", "Instance2") for word in ("--allow-replace", name)]
    assert here(tmp_path, *asked, *allowed).returncode == 0


def test_a_stack_that_is_new_is_created(repository, here):
    shutil.copy(repository / "generated/primary.yaml", repository / "generated/third.yaml")
    edit(repository, "Role: primary", "Role: third", "generated/third.yaml")
    edit(
        repository,
        "parameter_overrides:\n",
        "  third: {template: generated/third.yaml, region: eu-central-1}\nparameter_overrides:\n"
        "  eu-central-1: {VpcCidr: 10.2.0.0/16}\n",
    )
    done = here(repository, "plan", "--offline", "--since", "HEAD")
    assert done.returncode == 0, done.stderr
    assert "  Pass 1: create third (pair-dev-third) in eu-central-1" in lines(done.stdout)
    assert "update" not in done.stdout


def without_secondary(project):
    edit(project, "  secondary: {template: generated/secondary.yaml, region: eu-west-1}\n", "")
    edit(project, "  eu-west-1: {VpcCidr: 10.1.0.0/16}\n", "")


def in_another_region(project):
    edit(project, "region: eu-west-1", "region: eu-west-2")
    edit(project, "  eu-west-1:", "  eu-west-2:")


def under_another_name(project):
    edit(project, "region: eu-west-1}", "region: eu-west-1, stack_name: other}")


OF_FILE = "it is forgotten: it belongs to this environment and the file does not name it"
LEFT = {
    without_secondary: (
        "Forgotten: secondary: stack pair-dev-secondary is in eu-west-1 (deployed from {head}), and it is not in",
        f"{OF_FILE}. Put it back under stacks (environments/dev.yaml:2)",
    ),
    in_another_region: (
        "Moved: secondary: stack pair-dev-secondary is in eu-west-1 (deployed from {head}), and the file has it in",
        "it has moved: the file has it in eu-west-2. Put its region back (environments/dev.yaml:4)",
    ),
    under_another_name: (
        "Forgotten: secondary: stack pair-dev-secondary is in eu-west-1 (deployed from {head}), and it is not in",
        f"{OF_FILE}. Give secondary its name back, or its account (environments/dev.yaml:4)",
    ),
}


@pytest.mark.parametrize("change", LEFT, ids=lambda change: change.__name__)
def test_a_stack_that_would_be_left_to_nobody_is_shown_and_refused(repository, here, change):
    change(repository)
    shown, told = LEFT[change]
    head = git(repository, "rev-parse", "HEAD")[:10]
    done = here(repository, "plan", "--offline", "--since", "HEAD")
    assert done.returncode == 4
    assert shown.format(head=head) in done.stdout
    assert lines(done.stderr) == [
        f"Error: secondary: stack pair-dev-secondary in eu-west-1 (deployed from {head}) would be left to nobody, with "
        f"what it holds; {told}, or leave it behind on purpose with --abandon secondary"
    ]
    assert here(repository, "plan", "--offline", "--since", "HEAD", "--abandon", "secondary").returncode == 0


def test_another_suffix_leaves_every_stack_behind(repository, here):
    edit(repository, "project: pair\n", "project: pair\nenvironment_suffix: test\n")
    done = here(repository, "plan", "--offline", "--since", "HEAD")
    assert done.returncode == 4
    assert [line.split()[1] for line in lines(done.stderr)] == ["secondary:", "primary:"]


@pytest.mark.parametrize("given", ["option", "variable"])
def test_the_suffix_that_is_given_counts_for_then_and_now(repository, given):
    edit(repository, "project: pair\n", "project: pair\nenvironment_suffix: test\n")
    option = ["--environment-suffix", "pr-7"] if given == "option" else []
    variable = {"ENVIRONMENT_SUFFIX": "pr-7"} if given == "variable" else {}
    done = run(repository, "plan", "--offline", "--since", "HEAD", *option, **variable)
    assert (done.returncode, lines(done.stdout)[-1][-13:]) == (0, "nothing to do"), done.stderr


def test_a_renamed_role_is_the_same_stack_where_its_name_stays(repository, here):
    edit(repository, "Role: secondary", "Role: standby", "generated/secondary.yaml")
    edit(
        repository, "secondary: {template: generated/secondary.yaml, ", "standby: {template: generated/secondary.yaml, "
    )
    edit(repository, "region: eu-west-1}", "region: eu-west-1, stack_name: pair-dev-secondary}")
    done = here(repository, "plan", "--offline", "--since", "HEAD")
    assert done.returncode == 0, done.stderr
    assert lines(done.stdout)[1] == "  Pass 1: update standby (pair-dev-secondary) in eu-west-1"
    assert "±" not in done.stdout
    assert "    because its tags change" in lines(done.stdout)


def test_protecting_an_environment_is_a_change_of_what_asks_for_it(repository, here):
    asks = "Parameters:\n  Protected: {Type: String}\n"
    edit(repository, "Parameters:\n", asks, "generated/primary.yaml")
    edit(
        repository,
        "  PrimaryCluster:\n",
        "  PrimaryCluster:\n    Metadata: {Kept: !Ref Protected}\n",
        "generated/primary.yaml",
    )
    commit(repository)
    edit(repository, "project: pair\n", "project: pair\nprotected: true\n")
    done = here(repository, "plan", "--offline", "--since", "HEAD")
    assert done.returncode == 0, done.stderr
    assert "    because parameter Protected changes" in lines(done.stdout)
    assert "        Metadata.Kept: false → true" in lines(done.stdout)


def test_code_is_compared_by_its_content(repository, here):
    (repository / "code").mkdir()
    (repository / "code" / "code.py").write_text("def main(): return 1\n")
    edit(
        repository,
        "Wiring: {}",
        "Wiring: {Code: artifacts.Key(code), Where: artifacts.Bucket}",
        "generated/primary.yaml",
    )
    edit(repository, "Parameters:\n", f"Parameters:\n{CODE}", "generated/primary.yaml")
    edit(repository, "Resources:\n", f"Resources:\n{LAMBDA}", "generated/primary.yaml")
    commit(repository)
    asked = ["plan", "--offline", "--since", "HEAD"]
    assert lines(here(repository, *asked).stdout)[-1].endswith("nothing to do")
    (repository / "code" / "code.py").write_text("def main(): return 2\n")
    done = here(repository, *asked)
    assert "    ~ Function AWS::Lambda::Function" in lines(done.stdout)
    assert "Code.S3Key" in done.stdout


def test_the_working_tree_and_the_index_are_left_alone(repository, here):
    edit(repository, "trading", "orders", "generated/primary.yaml")
    git(repository, "add", "generated/primary.yaml")
    (repository / "new.txt").write_text("not in git")
    before = (git(repository, "status", "--porcelain"), (repository / ".git" / "index").read_bytes())
    assert here(repository, "plan", "--offline", "--since", "HEAD").returncode == 4
    assert (git(repository, "status", "--porcelain"), (repository / ".git" / "index").read_bytes()) == before


def test_it_works_from_a_folder_of_the_repository(tmp_path, project, here):
    inner = tmp_path / "whole" / "deploy"
    inner.parent.mkdir()
    shutil.copytree(project, inner, ignore=shutil.ignore_patterns("whole"))
    git(inner.parent, "init", "--quiet")
    commit(inner.parent)
    for environment in ("dev", "./environments/dev.yaml", str(inner / "environments/dev.yaml")):
        done = here(inner, "plan", "--offline", "--since", "HEAD", "-e", environment)
        assert (done.returncode, lines(done.stdout)[-1][-13:]) == (0, "nothing to do"), done.stderr
    edit(inner, "project: pair", "protect: true\nproject: pair")
    head = commit(inner.parent)[:10]
    edit(inner, "protect: true\n", "")
    done = here(inner, "plan", "--offline", "--since", "HEAD")
    assert f"Error: {head}:deploy/environments/dev.yaml:1: unknown key protect" in done.stderr


BAD = {
    "without --offline": (
        ["--since", "HEAD"],
        "--since HEAD compares with what git holds and asks no AWS; give --offline",
    ),
    "an unknown revision": (["--offline", "--since", "gone"], "--since gone: git knows no such revision here."),
    "no revision at all": (["--offline", "--since", ""], "--since : git knows no such revision here."),
    "an option for git": (["--offline", "--since", "--help"], "--since --help: not a git revision"),
    "a file, no commit": (["--offline", "--since", "HEAD:environments"], "git knows no such revision here."),
}


@pytest.mark.parametrize("name", BAD)
def test_a_revision_that_is_none_is_an_error_of_the_caller(repository, here, name):
    options, told = BAD[name]
    done = here(repository, "plan", *options)
    assert (done.returncode, told in done.stderr, done.stdout) == (2, True, ""), done.stderr


def uncommitted(path):
    def change(project):
        git(project, "rm", "--quiet", "--cached", path)
        git(project, "commit", "--quiet", "--message", "without")

    return change


def committed_and_mended(old, new, file="environments/dev.yaml"):
    def change(project):
        edit(project, old, new, file)
        commit(project)
        edit(project, new, old, file)

    return change


IN_REVISION = {
    "an environment that it does not have": (
        uncommitted("environments/dev.yaml"),
        "environments/dev.yaml: git has no such file in HEAD ({head}); is it made, and not committed?",
    ),
    "a template that it does not have": (
        uncommitted("generated/primary.yaml"),
        "{head}:environments/dev.yaml:3: git has no generated/primary.yaml in HEAD ({head}); is it made, and not",
    ),
    "an environment that is not valid": (
        committed_and_mended("project: pair", "project: Pair"),
        "{head}:environments/dev.yaml:1: project: 'Pair' is not lower-case letters",
    ),
    "a template that is not valid": (
        committed_and_mended("Outputs:\n", "Outputs: [\n", "generated/primary.yaml"),
        "{head}:generated/primary.yaml:",
    ),
    "wiring that is not valid": (
        committed_and_mended("primary.VpcId", "primary.Gone", "generated/secondary.yaml"),
        "{head}:generated/primary.yaml has no output Gone",
    ),
    "a template outside of the repository": (
        committed_and_mended("generated/primary.yaml", "../primary.yaml"),
        "{head}:environments/dev.yaml:3: ../primary.yaml leads out of the git repository; what was there then",
    ),
}


@pytest.mark.parametrize("name", IN_REVISION)
def test_what_is_wrong_with_the_revision_is_said_to_be_its_own(repository, here, name):
    change, told = IN_REVISION[name]
    change(repository)
    head = git(repository, "rev-parse", "HEAD")[:10]
    done = here(repository, "plan", "--offline", "--since", "HEAD")
    assert (done.returncode, done.stdout) == (2, "")
    assert lines(done.stderr)[0] == f"Error: git revision HEAD ({head}) cannot be planned as a deployment:"
    assert told.format(head=head) in done.stderr
    assert "/tmp" not in done.stderr.replace(str(repository), "")


def test_an_environment_outside_of_the_repository_has_no_revision(repository, here, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "dev.yaml"
    shutil.copy(repository / "environments/dev.yaml", elsewhere)
    done = here(repository, "plan", "--offline", "--since", "HEAD", "-e", str(elsewhere))
    assert done.returncode == 2
    assert f"{elsewhere}: is outside of the git repository {repository}" in done.stderr


def test_without_a_repository_there_is_nothing_to_compare_with(project, here):
    done = here(project, "plan", "--offline", "--since", "HEAD")
    assert done.returncode == 2
    assert "Error: --since HEAD: git rev-parse" in done.stderr
    assert "not a git repository" in done.stderr


def test_without_git_it_says_so(repository, here, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    done = here(repository, "plan", "--offline", "--since", "HEAD")
    assert (done.returncode, done.stderr) == (2, "Error: --since HEAD: git is not installed here, or not on the PATH\n")


def test_a_git_that_may_not_be_run_is_said(repository, here, monkeypatch, tmp_path):
    tmp_path.joinpath("bin").mkdir()
    tmp_path.joinpath("bin", "git").touch(mode=0o644)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    done = here(repository, "plan", "--offline", "--since", "HEAD")
    assert (done.returncode, done.stderr) == (2, "Error: --since HEAD: git cannot be run: Permission denied\n")


def test_a_folder_whose_name_ends_in_a_blank_is_found(repository, here):
    folder = repository.rename(repository.with_name("a pair "))
    assert here(folder, "plan", "--offline", "--since", "HEAD").returncode == 0
