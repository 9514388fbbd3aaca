"""Compares what came out with what the template says, and writes it as a row."""

from dataclasses import dataclass
from textwrap import shorten

HEAD = "| package | template | shows | plan | lint |\n|---|---|---|---|---|"


@dataclass(frozen=True)
class Verdict:
    """What came out of a template, in words, and whether it is wrong."""

    plan: str
    lint: str
    wrong: bool


def judge(public, outcome, counted):
    """Judges an outcome.

    Args:
        public: The template, with what it must come to where that is not counted.
        outcome: What the two commands did.
        counted: cfn-lint's count.
    """
    plan, wrong = _refusal(public, outcome) if outcome.refused else _plan(public, outcome, counted)
    if outcome.traceback:
        return Verdict("**wrong**: a traceback", _lint(outcome), wrong=True)
    return Verdict(f"**wrong**: {plan}" if wrong else plan, _lint(outcome), wrong)


def row(public, verdict):
    package = public.folder.partition("/")[0]
    return f"| {package} | `{public.name}` | {public.kind} | {verdict.plan} | {verdict.lint} |"


def _refusal(public, outcome):
    said = shorten(outcome.said.replace("\n", "; "), 220, placeholder=" …")
    return f"refused: {said}", public.refused is None or public.refused not in outcome.said


def _plan(public, outcome, counted):
    expected = counted.types if public.counted is None else public.counted
    planned = outcome.resources
    passes = "1 pass" if outcome.passes == 1 else f"{outcome.passes} passes"
    resources = "1 resource" if len(planned) == 1 else f"{len(planned)} resources"
    text = f"{passes}, {resources}"
    if outcome.left_to_aws:
        text += f"; left to AWS: {', '.join(outcome.left_to_aws)}"
    if public.refused:
        return f"{text}, and should be refused: {public.refused}", True
    if planned == expected and not _unsaid(outcome, counted):
        return text, False
    if counted.unsure and public.counted is None:
        return f"{text}; cfn-lint cannot say whether {', '.join(counted.unsure)} exist", True
    more, less = (dict(one.items() - other.items()) for one, other in ((planned, expected), (expected, planned)))
    return f"{text}; too many: {more}, missing: {less}, not said: {_unsaid(outcome, counted)}", True


def _unsaid(outcome, counted):
    """Returns what a macro or module makes resources of, and the plan does not name."""
    return sorted(name for name in counted.macros if not any(name in said for said in outcome.left_to_aws))


def _lint(outcome):
    if not outcome.findings:
        return "no findings" if outcome.lint_code == 0 else "only the same refusal"
    ours = [each for each in outcome.findings if each["rule"][1:3] == "95"]
    of_ours = f", of which ours: {', '.join(sorted({each['rule'] for each in ours}))}" if ours else ""
    return f"{len(outcome.findings)}{of_ours}"
