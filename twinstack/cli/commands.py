"""The commands: what each takes. What each does stands in the module that it names."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import click

from twinstack.cli.options import Settings, global_options, keep

DEFAULT_COMMAND = "deploy"
EXAMPLES = """
\b
Examples:
  python deploy.py generate             write generated/ from templates_src/
  python deploy.py lint -e prod         check the templates of an environment
  python deploy.py plan --offline       what a first deployment would do; needs no AWS
  python deploy.py --local --yes        deploy to the local AWS without being asked
  python deploy.py plan -e prod         every pass and every change, without doing any
  python deploy.py -e prod              deploy: lint, plan, review each change set, execute
  python deploy.py destroy --local      unlink the stacks and delete them in reverse
"""


class _Group(click.Group):
    """A group that runs `deploy` when no command is named."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not {"--help", "--version"} & set(args) and not self._names_a_command(ctx, args):
            args = [DEFAULT_COMMAND, *args]
        return super().parse_args(ctx, args)

    def _names_a_command(self, ctx: click.Context, args: list[str]) -> bool:
        """Whether a word among the arguments is neither an option nor the value of one."""
        default = self.commands[DEFAULT_COMMAND]
        taking = {
            name
            for parameter in (*self.get_params(ctx), *default.params)
            if isinstance(parameter, click.Option) and not parameter.is_flag
            for name in parameter.opts
        }
        previous = ""
        for word in args:
            if not word.startswith("-") and previous not in taking:
                return True
            previous = word
        return False


@click.group(
    cls=_Group, epilog=EXAMPLES, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(package_name="twinstack", prog_name="twinstack")
@global_options()
@click.pass_context
def command_line(context: click.Context, /, **given: Any) -> None:
    """Deploys CloudFormation stacks in several regions that need each other's outputs.

    The cycle between them is planned, shown, and walked in the fewest passes. Without a command: deploy.

    Exit codes: 0 done or nothing to do, 1 failed, 2 wrong usage, configuration or template, 3 changes pending
    or drift found, 4 refused, 5 another run or operation is at work, 6 did not converge, 7 partial: a stack could
    not be read, 130 and 143 interrupted.
    """
    keep(context, given)


def _run(module: str, context: click.Context, given: dict[str, Any]) -> int:
    """Sorts the global options from the command's own and calls `run` of a module of `twinstack.cli`."""
    own = {name: given.pop(name) for name in list(given) if name not in Settings.__dataclass_fields__}
    code: int = import_module(f"twinstack.cli.{module}").run(keep(context, given), **own)
    return code


@command_line.command()
@click.option("--check", is_flag=True, help="Write nothing; exit 1 with a diff when generated/ is stale.")
@global_options()
@click.pass_context
def generate(context: click.Context, /, **given: Any) -> int:
    """Write generated/ from templates_src/."""
    return _run("generate", context, given)


@command_line.command()
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "informational"]),
    default="warning",
    show_default=True,
    help="The least that makes it exit 2.",
)
@global_options()
@click.pass_context
def lint(context: click.Context, /, **given: Any) -> int:
    """Check the environment's templates with cfn-lint, for its regions."""
    return _run("lint", context, given)


@command_line.command()
@click.option(
    "--out",
    metavar="FILE",
    help="Save the plan: make the change sets of its first pass, for `deploy --plan FILE` to execute.",
)
@click.option("--offline", is_flag=True, help="Ask no AWS: plan a first deployment, or with --since a change.")
@click.option("--since", metavar="REV", help="With --offline: plan from what git revision REV would have deployed.")
@click.option("--detailed-exitcode", is_flag=True, help="Exit 3 when changes are pending; 7, partial, beats it.")
@click.option("--allow-replace", multiple=True, metavar="ID", help="As for deploy: do not exit 4 for this resource.")
@click.option("--allow-delete", multiple=True, metavar="ID", help="As for deploy: do not exit 4 for this resource.")
@click.option("--abandon", multiple=True, metavar="ROLE", help="As for deploy: do not exit 4 for this stack.")
@global_options("text", "json", "markdown")
@click.pass_context
def plan(context: click.Context, /, **given: Any) -> int:
    """Show every pass and every predicted change; changes nothing, save that --out makes change sets.

    \b
    Examples:
      python deploy.py plan --offline
      python deploy.py plan -e prod --out prod.plan.json
      python deploy.py deploy -e prod --plan prod.plan.json
    """  # noqa: D301  click looks for the character, not for the two that write it
    return _run("plan", context, given)


@command_line.command()
@click.option(
    "--plan", "plan_file", metavar="FILE", help="Execute the change sets of a plan saved by `plan --out FILE`."
)
@click.option("--yes", is_flag=True, help="Do not ask before each step. Never overrides a guard.")
@click.option("--allow-replace", multiple=True, metavar="ID", help="Let this resource be replaced, by logical id.")
@click.option("--allow-delete", multiple=True, metavar="ID", help="Let this resource be deleted, by logical id.")
@click.option("--unlink", multiple=True, metavar="PARAM", help="Empty this optional wired parameter.")
@click.option(
    "--abandon", multiple=True, metavar="ROLE", help="Leave behind the stack of this role that moved or is forgotten."
)
@click.option("--break-lock", is_flag=True, help="Take the lock from the run that holds it, at once.")
@global_options()
@click.pass_context
def deploy(context: click.Context, /, **given: Any) -> int:
    """Lint, plan, then for each step: change set, review, execute, watch, wire.

    \b
    Examples:
      python deploy.py deploy --local --yes
      python deploy.py deploy -e prod --allow-replace PrimaryInstance2
      python deploy.py deploy --unlink PeeringConnectionId
    """  # noqa: D301  click looks for the character, not for the two that write it
    return _run("deploy", context, given)


@command_line.command()
@click.option(
    "--up-to",
    metavar="STAGE",
    help="Stop after this stage: checks, change-set, parts, network, primary, secondary, linked, in-use, removal. What "
    "primary and the stages after it made stays, and costs money.",
)
@click.option("--switchover", is_flag=True, help="Also switch the roles over and back, in stage in-use.")
@click.option(
    "--yes", is_flag=True, help="Do not ask. After an answer that differs, stop before the next stage that costs."
)
@global_options()
@click.pass_context
def first_run(context: click.Context, /, **given: Any) -> int:
    """Walk docs/first-real-run.md on a real account, cheapest first, and record what AWS answers."""
    return _run("first_run", context, given)


@command_line.command()
@click.option(
    "--watch",
    type=click.FloatRange(min=1),
    is_flag=False,
    flag_value=10.0,
    metavar="[SECONDS]",
    help="Read everything anew every so many seconds, 10 if none are given, until Ctrl-C.",
)
@global_options()
@click.pass_context
def status(context: click.Context, /, **given: Any) -> int:
    """Show what each stack is now, every region side by side, and whether the roles could be switched.

    \b
    Examples:
      python deploy.py status -e prod
      python deploy.py status -e prod --watch 5
    """  # noqa: D301
    return _run("status", context, given)


@command_line.command()
@global_options("text", "json", "env")
@click.pass_context
def outputs(context: click.Context, /, **given: Any) -> int:
    """Show the outputs of every stack; --format env writes variables for a shell."""
    return _run("outputs", context, given)


@command_line.command()
@click.option("--stack", metavar="ROLE", help="Only this stack.")
@click.option(
    "--limit", type=click.IntRange(min=1), default=50, show_default=True, help="The newest so many of each stack."
)
@global_options()
@click.pass_context
def events(context: click.Context, /, **given: Any) -> int:
    """Show the latest events of every stack, the newest last."""
    return _run("events", context, given)


@command_line.command()
@click.option(
    "--preview",
    is_flag=True,
    help="Also show what reverting would change, from a drift-aware change set that is deleted again unexecuted.",
)
@global_options()
@click.pass_context
def drift(context: click.Context, /, **given: Any) -> int:
    """Have AWS look for what was changed by hand in every stack; exit 3 when there is something.

    Known false drift of a global database is set apart and does not count.
    """
    return _run("drift", context, given)


@command_line.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--confirm", metavar="NAME", help="PROJECT-SUFFIX, for a protected environment.")
@click.option("--empty-buckets", is_flag=True, help="Delete what is in the buckets that go.")
@click.option("--failed", is_flag=True, help="Only the stacks whose first creation failed.")
@click.option(
    "--retain",
    metavar="ID",
    multiple=True,
    help="Keep this resource, by its logical id or ROLE.ID, and what it refers to; may be repeated.",
)
@click.option("--break-lock", is_flag=True, help="Take the lock from the run that holds it, at once.")
@global_options()
@click.pass_context
def destroy(context: click.Context, /, **given: Any) -> int:
    """Unlink the stacks, then delete them in the reverse of the order of creation."""
    return _run("destroy", context, given)


_TO = click.option("--to", metavar="REGION", required=True, help="The region that is to write.")
_MAX_LAG = click.option(
    "--max-lag", type=click.FloatRange(min=0), metavar="MILLISECONDS", help="How far the target may be behind: 5000."
)


@command_line.command()
@_TO
@_MAX_LAG
@click.option("--yes", is_flag=True, help="Do not ask.")
@global_options()
@click.pass_context
def switchover(context: click.Context, /, **given: Any) -> int:
    """Let another region write; loses nothing, and needs both regions healthy.

    \b
    Examples:
      python deploy.py switchover --to eu-west-1
      python deploy.py switchover -e prod --to eu-west-1 --max-lag 1000
    """  # noqa: D301
    return _run("switchover", context, given)


@command_line.command()
@_TO
@click.option("--allow-data-loss", is_flag=True, help="Say that what has not arrived in REGION may be lost.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@global_options()
@click.pass_context
def failover(context: click.Context, /, **given: Any) -> int:
    """Let another region write although the writer's region is lost.

    \b
    Examples:
      python deploy.py failover -e prod --to eu-west-1 --allow-data-loss
    """  # noqa: D301
    return _run("failover", context, given)


@command_line.command()
@_MAX_LAG
@click.option("--yes", is_flag=True, help="Do not ask.")
@global_options()
@click.pass_context
def failback(context: click.Context, /, **given: Any) -> int:
    """Let the region write again that was deployed as the primary: a switchover back."""
    return _run("failback", context, given)


@command_line.command()
@click.option("--to", metavar="REGION", help="The region to switch to; not needed where there is one standby.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@global_options()
@click.pass_context
def drill(context: click.Context, /, **given: Any) -> int:
    """Switch over to the standby and back, and write down what an auditor wants to know, in records/."""
    return _run("drill", context, given)


@command_line.command()
@click.option("--stack", metavar="ROLE", help="Only this stack.")
@global_options("cloudformation", "stacksets")
@click.pass_context
def parameters(context: click.Context, /, **given: Any) -> int:
    """Write the parameters of each stack as the AWS CLI takes them."""
    return _run("parameters", context, given)


@command_line.command()
@click.argument("action", type=click.Choice(["start", "stop", "status"]))
@global_options()
@click.pass_context
def local(context: click.Context, /, **given: Any) -> int:
    """Start, stop or look at the local AWS."""
    return _run("local", context, given)
