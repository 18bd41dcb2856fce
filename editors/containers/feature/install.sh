#!/bin/sh
# Installs the foreword command into a dev container; runs as root while the container is built.
#
# Options arrive as variables: PACKAGE, EXTRAS. FOREWORD_PREFIX is where it is installed, for trying the script elsewhere.
set -eu

prefix=${FOREWORD_PREFIX:-/usr/local}
here=$(cd "$(dirname "$0")" && pwd)
package=${PACKAGE:-}

fail() {
    echo "foreword: $1" >&2
    exit 1
}

if [ -z "$package" ]; then
    for wheel in "$here"/foreword-*.whl; do
        [ -e "$wheel" ] && package=$wheel
    done
fi
[ -n "$package" ] || fail "there is no wheel beside install.sh: build one (pip wheel --no-deps .), or give the option \"package\""
[ -z "${EXTRAS:-}" ] || package="$package[$EXTRAS]"

command -v git >/dev/null || fail "git is missing: add it to the image"
python=$(command -v python3) || fail "python3 is missing: use an image with Python 3.11 or later"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || fail "Python 3.11 or later is needed, not $("$python" -V)"

# An environment of its own: the project's packages are not touched.
"$python" -m venv "$prefix/lib/foreword" || fail "no virtual environment can be made: on Debian, install python3-venv"
"$prefix/lib/foreword/bin/pip" install --quiet --no-cache-dir "$package"
mkdir -p "$prefix/bin"
ln -sf "$prefix/lib/foreword/bin/foreword" "$prefix/bin/foreword"

# The volume that keeps Foreword's data belongs to the container's user.
if [ -z "${FOREWORD_PREFIX:-}" ]; then
    mkdir -p /var/lib/foreword
    chown "${_REMOTE_USER:-root}" /var/lib/foreword
fi
