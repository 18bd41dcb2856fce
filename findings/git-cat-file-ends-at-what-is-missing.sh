#!/usr/bin/env bash
# git 2.39.5 (whatever is on PATH is tried, and its version told).
#
# Guess: `git cat-file --batch-check` answers each name it is given, and says `missing` for an object that is not there.
# Seen: in a partial clone whose server is away it ends with 128 at the first object that was not fetched, and says nothing of that one or of those
#   after it. In a whole clone, and for an id that nobody has, it says `missing` and goes on.
# Why it matters: a tool keeps one such process for all that it reads. On a train it loses all answers for one file that is not there, and
#   everything that it asks later.
# In the product: `workspace/git/blobs.py` asks which objects are there, and starts it again without the others. That would be
#   unnecessary.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example.org
export GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@example.org
git --version
git init -q upstream 2>/dev/null
git -C upstream config uploadpack.allowFilter true
echo text >upstream/file
git -C upstream add .
git -C upstream commit -q -m add
names=$(printf '%s\n' HEAD HEAD:file 1111111111111111111111111111111111111111 'HEAD^{tree}')
git clone -q --bare "file://$work/upstream" whole
git clone -q --bare --filter=blob:none "file://$work/upstream" partial
mv upstream away

asked() {
  local code=0
  git -C "$1" cat-file --batch-check='%(objecttype)' <<<"$names" >said 2>/dev/null || code=$?
  echo "$1: $(tr '\n' ',' <said) code $code"
}

{ asked whole; asked partial; } | tee all
grep -q "^whole: commit,blob,1\{40\} missing,tree, code 0" all
grep -q "^partial: commit, code 128" all
echo "as described"
