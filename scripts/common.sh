# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What the scripts share; sourced by bash. Sets `root` to the project's directory, whatever the working directory is.

root=$(CDPATH='' cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/.." && pwd -P)
program=${0##*/}

say() { printf '%s: %s\n' "$program" "$*" >&2; }

die() {
  say "$*"
  exit 1
}

# packages SECTION…: the names in these sections of scripts/packages.
packages() {
  awk -v wanted=" $* " '
    { sub(/#.*/, "") }
    /^\[.*\]/ { section = substr($1, 2, length($1) - 2); next }
    NF && index(wanted, " " section " ") { print $1 }' "$root/scripts/packages"
}

# Compiles through ccache where there is one. Its store lies in the build folder, so that nothing is left outside, unless
# the caller has said where he wants it.
use_ccache() {
  command -v ccache >/dev/null || return 0
  export CMAKE_C_COMPILER_LAUNCHER=${CMAKE_C_COMPILER_LAUNCHER-ccache}
  export CMAKE_CXX_COMPILER_LAUNCHER=${CMAKE_CXX_COMPILER_LAUNCHER-ccache}
  export CCACHE_DIR=${CCACHE_DIR:-$root/build/ccache}
  # What ccache asks for before it works with precompiled headers.
  export CCACHE_SLOPPINESS=${CCACHE_SLOPPINESS:-pch_defines,time_macros}
}

# quietly LOG COMMAND…: runs the command with its output in LOG, of which the end is shown if it fails.
quietly() {
  local log=$1
  shift
  mkdir -p -- "$(dirname -- "$log")"
  "$@" >"$log" 2>&1 && return 0
  local status=$?
  tail -n 60 -- "$log" >&2
  say "failed: $* (all of its output: $log)"
  return "$status"
}
