#!/usr/bin/env bash
# git 2.39.5 (whatever is on PATH is tried, and its version told).
#
# Guess: of many paths on its standard input `git check-ignore` names those that are ignored, and passes over one that it can't judge.
# Seen: at a path behind a symbolic link to a folder, or outside of the repository, it ends with 128: what came before is judged, what comes
#   after is not, with `--no-index` too. A path in a submodule ends it only without `--no-index`.
# Why it matters: an editor names a file by the link that its user went through. One such path, and a tool that asks for all in one run
#   knows nothing of the others: it takes all of them for ignored, or none.
# In the product: `workspace/git/git_listing.py` asks about the folders that links lead to, and not about the links. That
#   would be unnecessary.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
git --version
git init -q "$work/repository" 2>/dev/null
cd "$work/repository"
echo '*.log' >.gitignore
mkdir real
ln -s real link

asked() {
  local code=0
  printf '%s\n' "$@" | git check-ignore --no-index --stdin >said 2>error || code=$?
  echo "$*: $(tr '\n' ' ' <said)($code) $(cat error)"
}

asked first.log real/second.log third.log | tee one
asked first.log link/second.log third.log | tee two
asked first.log ../second.log third.log | tee three
grep -q "third.log: first.log real/second.log third.log (0)" one
grep -q "third.log: first.log (128) fatal: .*beyond a symbolic link" two
grep -q "third.log: first.log (128) fatal: .*outside repository" three
echo "as described"
