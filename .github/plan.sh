#!/bin/sh
# plan.sh WAY [OPTIONS]: plans into plan.md and into the run's summary.
# It ends well when the plan is refused or cannot be made, so that the comment is brought up to date in any case;
# the exit code is handed to the step that ends the job. WAY is the last word of the comment's marker.
set -eu
way=$1
shift
code=0
python deploy.py plan --environment "$TWINSTACK_ENVIRONMENT" --format markdown "$@" > plan.md || code=$?
if [ "$code" -ne 0 ] && [ "$code" -ne 4 ]; then
  {
    echo "### ❌ $TWINSTACK_ENVIRONMENT: could not be planned"
    echo
    echo "Exit code $code. The reason stands in [the run]($RUN)."
    echo
    echo "<!-- twinstack plan $TWINSTACK_ENVIRONMENT $way -->"
  } > plan.md
fi
cat plan.md >> "$GITHUB_STEP_SUMMARY"
echo "code=$code" >> "$GITHUB_OUTPUT"
