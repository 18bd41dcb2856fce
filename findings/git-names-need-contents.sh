#!/usr/bin/env bash
# git 2.39.5 (whatever is on PATH is tried, and its version told).
#
# Guess: `git log --name-only` says which paths changed, which trees alone tell, so in a partial clone without file contents it fetches nothing.
# Seen: it fetches contents, because names are told after renames were looked for, and with the server away it fails in the middle of its
#   list. With `--no-renames` it needs nothing.
# Why it matters: a tool that counts how often files changed makes a blobless clone fetch the contents of its history, commit by commit, or
#   sees half of it on a train.
# In the product: `workspace/git/history.py` and `git_listing.py` say `--no-renames` wherever they ask for names alone; what needs
#   contents is not asked in a partial clone (server/docs/decisions/prefix.md, "Most of the base is whole files that are being worked on").
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example.org
export GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@example.org
git --version
git init -q upstream 2>/dev/null
git -C upstream config uploadpack.allowFilter true
for number in 1 2 3; do
  seq "$number" 400 >"upstream/file$number"
  git -C upstream add .
  git -C upstream commit -q -m "add $number"
done
git -C upstream mv file1 moved
echo more >>upstream/moved
git -C upstream commit -q -a -m move

contents() {
  git -C "$1" cat-file --batch-all-objects --batch-check='%(objecttype)' | grep -c blob || true
}

cloned() {
  git clone -q --bare --filter=blob:none "file://$work/upstream" "$1"
}

cloned plain
cloned without
cloned offline
git -C plain log --name-only >/dev/null
git -C without log --name-only --no-renames >/dev/null
echo "contents in the clone after --name-only: $(contents plain); after --name-only --no-renames: $(contents without)" | tee said
mv upstream away
echo "server away: $( (git -C offline log --name-only || true) 2>&1 | grep -c 'could not fetch') failure, $( (git -C offline log --name-only \
  --no-renames || true) 2>&1 | grep -c 'could not fetch' || true) with --no-renames" | tee -a said
grep -q "after --name-only: 2; after --name-only --no-renames: 0" said
grep -q "server away: 1 failure, 0 with --no-renames" said
echo "as described"
