#!/bin/sh
# comment.sh FILE: makes FILE a comment on the pull request $NUMBER, or updates the comment that it made before.
# The last line of the file, an HTML comment that readers do not see, tells this comment from all others.
set -eu
MARKER=$(tail -n 1 "$1")
export MARKER
comments="repos/$GITHUB_REPOSITORY/issues/$NUMBER/comments"
# A person may have quoted that line, so only what the workflow itself has written counts.
id=$(gh api --paginate "$comments?per_page=100" --jq \
  '.[] | select(.user.login == "github-actions[bot]" and ((.body // "") | contains($ENV.MARKER))) | .id' | head -n 1)
if [ -n "$id" ]; then
  gh api --silent --method PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$id" --field "body=@$1"
else
  gh api --silent --method POST "$comments" --field "body=@$1"
fi
